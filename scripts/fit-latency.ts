/**
 * @file Fits the cost model's cycles a kernel to the simulated cores and writes the table:
 * `npx tsx -C @tinyformer/source scripts/fit-latency.ts` (some minutes). Networks are random paths of the preset spaces with
 * random weights, at several densities and in every encoding; a layer is a sample, the middle of its range of cycles
 * what is fitted. A kernel that no network uses keeps its entry.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MACHINES, runModel, type CortexMachine } from '@tinyformer/cmsis-bench';
import { createRng, elementCount, type Core } from '@tinyformer/core';
import { loadRuntime } from '@tinyformer/mcu-runtime-c';
import {
  compile,
  ESTIMATED_LATENCY,
  modelWorkloads,
  parseRequestedEncodings,
  writeProject,
  type KernelCycles,
  type Workload,
} from '@tinyformer/sparse-engine';
import { presets, sampleArchitecture } from '@tinyformer/supernas';
import { randomImage, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { format, resolveConfig } from 'prettier';
import { fitNonNegative } from './latency/fit-non-negative.js';

const TABLE = fileURLToPath(
  new URL('../packages/sparse-engine/src/cost/estimated-latency.ts', import.meta.url),
);

const DENSITIES = [1, 0.5, 0.25, 0.1];
const NETWORKS_EACH = 2;
const ENCODINGS = ['balanced-1x4', 'runlength-1x4', 'csr', 'panel-2x4', 'dense'];

interface Case {
  readonly space: keyof typeof presets;
  readonly density: number;
  readonly encoding?: string;
}

interface Sample extends Workload {
  readonly core: Core;
  readonly cycles: number;
}

const CASES: readonly Case[] = [
  ...DENSITIES.flatMap((density) =>
    (['cifar10', 'shapes'] as const).flatMap((space) =>
      Array.from({ length: NETWORKS_EACH }, () => ({ space, density })),
    ),
  ),
  ...ENCODINGS.flatMap((encoding) =>
    [0.5, 0.15].map((density) => ({ space: 'shapes' as const, density, encoding })),
  ),
];

/** Every layer of a random network on every machine. */
async function measure({ space, density, encoding }: Case, seed: number): Promise<Sample[]> {
  const rng = createRng(seed);
  const ofSingleRows = encoding !== undefined && /1x4|csr/.test(encoding);
  const network = tinyQuantizedNetwork(rng, {
    architecture: sampleArchitecture(presets[space], rng),
    density,
    ...(ofSingleRows ? { block: { blockRows: 1, blockColumns: 4 } } : {}),
  });
  const encodings = parseRequestedEncodings(encoding === undefined ? [] : [encoding]);
  const model = await compile(network, { encodings });
  const { graph } = model;
  const sizeOf = (tensor: string) => elementCount(graph.tensors[tensor]!.shape);
  const projectDirectory = join(mkdtempSync(join(tmpdir(), 'tinyformer-')), 'firmware');
  writeProject(model, projectDirectory);
  const cyclesOn = async (machine: CortexMachine) => {
    const { layerRegions } = await runModel({
      projectDirectory,
      machine,
      images: [randomImage(rng, network.input.shape)],
      layerBytes: graph.nodes.map(({ output }) => sizeOf(output)),
      outputBytes: sizeOf(graph.output),
    });
    return modelWorkloads(model).map((workload, layer) => {
      const { cycles, cyclesHigh } = layerRegions[layer]!;
      return { ...workload, core: machine.name, cycles: (cycles + cyclesHigh) / 2 };
    });
  };
  const samples = [];
  for (const machine of MACHINES) samples.push(...(await cyclesOn(machine)));
  rmSync(join(projectDirectory, '..'), { recursive: true });
  return samples;
}

const round = (value: number): number => Number(value.toPrecision(3));

/** Relative errors count, so that small layers do as large ones do. */
function fit(samples: readonly Sample[]): KernelCycles {
  const rows = samples.map(({ executedMacs, outputs, inputs, cycles }) =>
    [executedMacs, outputs, inputs].map((value) => value / cycles),
  );
  const [perMac, perOutput, perInput] = fitNonNegative(
    rows,
    rows.map(() => 1),
  );
  return { perMac: round(perMac!), perOutput: round(perOutput!), perInput: round(perInput!) };
}

function errorOf(sample: Sample, { perMac, perOutput, perInput }: KernelCycles): number {
  const { executedMacs, outputs, inputs, cycles } = sample;
  return Math.abs((perMac * executedMacs + perOutput * outputs + perInput * inputs) / cycles - 1);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number): string => `${Math.round(100 * share)}%`;

const samples: Sample[] = [];
for (const [index, one] of CASES.entries()) {
  samples.push(...(await measure(one, index + 1)));
  console.log(`${index + 1} of ${CASES.length} networks`);
}

const runtime = await loadRuntime('wasm');
const kernels = runtime.manifest.kernels.map(({ name }) => name);
runtime.dispose();
const errors: number[] = [];
const table: Record<string, Record<string, KernelCycles>> = {};
for (const { name: core } of MACHINES) {
  const entries: Record<string, KernelCycles> = { default: ESTIMATED_LATENCY[core].default };
  for (const kernel of kernels) {
    const own = samples.filter((sample) => sample.core === core && sample.kernel === kernel);
    const cycles = own.length > 0 ? fit(own) : (ESTIMATED_LATENCY[core][kernel] ?? entries['default']!);
    entries[kernel] = cycles;
    const found = own.map((sample) => errorOf(sample, cycles));
    errors.push(...found);
    const quality =
      found.length > 0 ? `${percent(meanOf(found))} off, at most ${percent(Math.max(...found))}` : 'kept';
    console.log(`${core} ${kernel}: ${own.length} layers, ${quality}`);
  }
  table[core] = entries;
}

const text = `/**
 * @file The cost model's cycles a kernel, written by scripts/fit-latency.ts: least-squares fits to what cmsis-bench
 * estimates for ${errors.length / MACHINES.length} layers of ${CASES.length} random networks, with memory that answers at once; ${percent(meanOf(errors))} off on average.
 */
import type { LatencyTable } from './latency.js';

export const ESTIMATED_LATENCY: LatencyTable = ${JSON.stringify(table)};
`;
writeFileSync(TABLE, await format(text, { ...(await resolveConfig(TABLE)), filepath: TABLE }));
