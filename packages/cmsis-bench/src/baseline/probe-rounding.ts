/** @file How a linked CMSIS-NN rounds: found by a call of which the two ways give different results. */
import { TinyFormerError } from '@tinyformer/core';
import type { Rounding } from '@tinyformer/mcu-runtime-c';
import { buildLayerFirmware, type PeerLibrary } from '../firmware/layer-firmware.js';
import type { CortexMachine } from '../machine/cortex-machine.js';
import { runPrograms } from '../workload/run-programs.js';
import { windowProgram } from './peer-programs.js';

/** -2 / 4 = -0.5: 0 when rounded once (halves upwards), -1 when rounded twice (halves away from zero). */
const ACCUMULATOR = -2;
const QUARTER = { multiplier: 2 ** 30, shift: 32 };
const ANSWERS: Readonly<Record<number, Rounding>> = { 0: 'single', [-1]: 'double' };

const ONE = { height: 1, width: 1 };

function probe() {
  return windowProgram(
    'arm_convolve_wrapper_s8',
    {
      input: { ...ONE, channels: 4 },
      output: { ...ONE, channels: 4 },
      kernel: ONE,
      stride: ONE,
      padding: { top: 0, left: 0 },
      inputZeroPoint: 0,
      outputZeroPoint: 0,
      outputMin: -128,
      outputMax: 127,
      weights: new Int8Array(16),
      bias: new Int32Array(4).fill(ACCUMULATOR),
      factors: [QUARTER, QUARTER, QUARTER, QUARTER],
    },
    new Int8Array(4),
  ).program;
}

interface ProbeOptions {
  readonly machine: CortexMachine;
  readonly cacheDirectory?: string | undefined;
}

/** What does not compile against its headers or lacks its functions is no CMSIS-NN that the bench knows. */
async function buildProbe(peer: PeerLibrary, options: ProbeOptions): Promise<string> {
  // Without it: what fails then is not the library's fault.
  await buildLayerFirmware({ ...options, rounding: 'single', specialised: [], peer: null });
  try {
    const { elf } = await buildLayerFirmware({ ...options, rounding: 'single', specialised: [], peer });
    return elf;
  } catch (cause) {
    if (!(cause instanceof TinyFormerError) || cause.code !== 'E_COMPILE') throw cause;
    const [line] = cause.message.replace(/^.*?failed \(exit \d+\): /, '').split('\n');
    throw new TinyFormerError(
      'E_CMSIS_NN',
      `the bench cannot be built with ${peer.archive}: ${line!.trim()}`,
      {
        hint: 'link a CMSIS-NN of the recorded commit, with its own headers',
        cause,
      },
    );
  }
}

/** @throws E_CMSIS_NN when the library does not compute as a CMSIS-NN does; what builds and runs throw. */
export async function probeRounding(peer: PeerLibrary, options: ProbeOptions): Promise<Rounding> {
  const elf = await buildProbe(peer, options);
  const [result] = await runPrograms([probe()], { ...options, elf });
  const rounding = ANSWERS[result!.output[0]!];
  if (result!.calls[0]!.status === 0 && rounding !== undefined) return rounding;
  throw new TinyFormerError(
    'E_CMSIS_NN',
    `${peer.archive} does not compute a 1x1 convolution as CMSIS-NN does`,
    {
      hint: 'link a CMSIS-NN of the recorded commit, built for this core',
      details: { status: result!.calls[0]!.status, output: [...result!.output] },
    },
  );
}
