/** @file Ways to run layers on a simulated core, held against the plain loops of their ops. */
import { expect } from '@jest/globals';
import { elementCount } from '@tinyformer/core';
import type { Rounding } from '@tinyformer/mcu-runtime-c';
import { definitionOf } from '@tinyformer/sparse-engine';
import type { Way } from '../../src/benchmark/own-programs.js';
import { buildLayerFirmware, type SpecialisedKernel } from '../../src/firmware/layer-firmware.js';
import type { CortexMachine } from '../../src/machine/cortex-machine.js';
import { runPrograms } from '../../src/workload/run-programs.js';

export interface LayerWay {
  readonly way: Way;
  readonly inputs: readonly Int8Array[];
}

interface Target {
  readonly machine: CortexMachine;
  readonly rounding: Rounding;
  /** The compiled kernels that the ways call. */
  readonly specialised?: readonly SpecialisedKernel[];
}

/** Every way succeeds and gives what its op's loops give. */
export async function expectPlainLoops(
  ways: readonly LayerWay[],
  { machine, rounding, specialised = [] }: Target,
): Promise<void> {
  const { elf } = await buildLayerFirmware({ machine, rounding, specialised, peer: null });
  const results = await runPrograms(
    ways.map(({ way }) => way.program),
    { machine, elf },
  );
  ways.forEach(({ way, inputs }, index) => {
    const { site } = way.candidate;
    const output = new Int8Array(elementCount(site.output.shape));
    definitionOf(site.node).reference(site, { inputs, output, rounding });
    expect(results[index]!.calls[0]!.status).toBe(0);
    expect(results[index]!.output).toEqual(output);
  });
}
