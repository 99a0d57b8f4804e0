/** @file Random networks on the simulated cores: the samples that cycles a kernel are fitted to, and those that judge the fit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MACHINES, runModel, type CortexMachine } from '@tinyformer/cmsis-bench';
import { createRng, elementCount, type Core } from '@tinyformer/core';
import {
  compile,
  modelWorkloads,
  parseRequestedEncodings,
  writeProject,
  type CompiledModel,
  type Workload,
} from '@tinyformer/sparse-engine';
import { presets, sampleArchitecture } from '@tinyformer/supernas';
import { randomImage, tinyQuantizedNetwork } from '@tinyformer/test-kit';

/** A random path with random weights, by its seed. */
export interface RandomNetwork {
  readonly seed: number;
  readonly space: keyof typeof presets;
  readonly density: number;
  readonly encoding?: string;
}

/** A layer; cycles are the middle of its range. */
export interface Sample extends Workload {
  readonly core: Core;
  readonly network: number;
  readonly cycles: number;
}

const DENSITIES = [1, 0.5, 0.25, 0.1];
const SPACES = ['cifar10', 'shapes'] as const;
const ENCODINGS = ['balanced-1x4', 'runlength-1x4', 'csr', 'panel-2x4', 'dense'];

/** Networks of every density, and of every encoding at each of these. */
function networks(
  each: number,
  {
    firstSeed,
    encodedDensities,
  }: { readonly firstSeed: number; readonly encodedDensities: readonly number[] },
): readonly RandomNetwork[] {
  const cases: readonly Omit<RandomNetwork, 'seed'>[] = [
    ...DENSITIES.flatMap((density) =>
      SPACES.flatMap((space) => Array.from({ length: each }, () => ({ space, density }))),
    ),
    ...ENCODINGS.flatMap((encoding) =>
      encodedDensities.map((density) => ({ space: 'shapes' as const, density, encoding })),
    ),
  ];
  return cases.map((one, index) => ({ ...one, seed: firstSeed + index }));
}

export const FITTED = networks(2, { firstSeed: 1, encodedDensities: [0.5, 0.15] });
/** Other paths with other weights, which no fit has seen. */
export const HELD_OUT = networks(1, { firstSeed: 1001, encodedDensities: [0.3] });

function compileNetwork({ seed, space, density, encoding }: RandomNetwork) {
  const rng = createRng(seed);
  const ofSingleRows = encoding !== undefined && /1x4|csr/.test(encoding);
  const network = tinyQuantizedNetwork(rng, {
    architecture: sampleArchitecture(presets[space], rng),
    density,
    ...(ofSingleRows ? { block: { blockRows: 1, blockColumns: 4 } } : {}),
  });
  const encodings = parseRequestedEncodings(encoding === undefined ? [] : [encoding]);
  return { image: randomImage(rng, network.input.shape), model: compile(network, { encodings }) };
}

async function measureOn(
  machine: CortexMachine,
  { model, image, projectDirectory }: { model: CompiledModel; image: Int8Array; projectDirectory: string },
): Promise<Omit<Sample, 'network'>[]> {
  const { graph } = model;
  const sizeOf = (tensor: string) => elementCount(graph.tensors[tensor]!.shape);
  const { layerRegions } = await runModel({
    projectDirectory,
    machine,
    images: [image],
    layerBytes: graph.nodes.map(({ output }) => sizeOf(output)),
    outputBytes: sizeOf(graph.output),
  });
  return modelWorkloads(model).map((workload, layer) => {
    const { cycles, cyclesHigh } = layerRegions[layer]!;
    return { ...workload, core: machine.name, cycles: (cycles + cyclesHigh) / 2 };
  });
}

/** Every layer of a random network on every machine. */
export async function measureNetwork(network: RandomNetwork): Promise<Sample[]> {
  const compiled = compileNetwork(network);
  const model = await compiled.model;
  const directory = mkdtempSync(join(tmpdir(), 'tinyformer-'));
  try {
    const projectDirectory = join(directory, 'firmware');
    writeProject(model, projectDirectory);
    const samples: Sample[] = [];
    for (const machine of MACHINES) {
      const measured = await measureOn(machine, { model, image: compiled.image, projectDirectory });
      samples.push(...measured.map((sample) => ({ ...sample, network: network.seed })));
    }
    return samples;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
