/**
 * @file Holds a generated project, built for a simulated Cortex-M, against the plain loops that define its results:
 * every value of every layer of every image, tolerance 0. What it executed comes with the answer.
 */
import { elementCount, TinyFormerError, type Core, type MemorySystem } from '@tinyformer/core';
import { runReference, type CompiledModel } from '@tinyformer/sparse-engine';
import type { CortexMachine } from '../machine/cortex-machine.js';
import type { RegionCounts } from '../machine/counts.js';
import { runModel, type ModelRun } from './run-model.js';

export interface Mismatch {
  readonly sample: number;
  readonly layer: string;
  /** Position in the layer's output, row-major. */
  readonly index: number;
  readonly expected: number;
  readonly actual: number;
}

/** Per image: executed instructions (exact, the mean where images differ, rounded), and estimated cycles as a range. */
export interface Measurement {
  readonly instructions: number;
  readonly cycles: number;
  readonly cyclesHigh: number;
}

export interface LayerMeasurement extends Measurement {
  readonly name: string;
  readonly op: string;
}

/** The measurement is of the model as deployed; the layers add up to it but for their hook's calls. */
export interface MachineVerification extends Measurement {
  readonly machine: Core;
  readonly samples: number;
  /** Whether every value of every layer equals the reference. */
  readonly exact: boolean;
  /** In the order of samples and layers. */
  readonly firstMismatch: Mismatch | null;
  readonly layers: readonly LayerMeasurement[];
}

export interface VerifyOptions {
  /** Only its graph is read. */
  readonly model: Pick<CompiledModel, 'graph'>;
  /** The folder that `writeProject` filled from this model. */
  readonly projectDirectory: string;
  readonly machine: CortexMachine;
  /** Quantised images, row-major [height, width, channels]; at least one. */
  readonly images: readonly Int8Array[];
  readonly timeoutMs?: number;
  /** A board's, e.g. `findBoard('stm32l4r5').memory`; without it, memory answers at once. */
  readonly memory?: MemorySystem | undefined;
  readonly cacheDirectory?: string | undefined;
}

type Graph = CompiledModel['graph'];

const sizeOf = (graph: Graph, tensor: string) => elementCount(graph.tensors[tensor]!.shape);

function checkImages(graph: Graph, images: readonly Int8Array[]): void {
  const size = sizeOf(graph, graph.input);
  if (images.length > 0 && images.every((image) => image.length === size)) return;
  throw new TinyFormerError('E_IMAGES', `verification needs at least one image, each of ${size} values`, {
    hint: 'quantise the images with the model’s input scale and zero point',
    details: { lengths: images.map((image) => image.length) },
  });
}

/** The first value that differs, or null. */
function compare(expected: Int8Array, actual: Int8Array): Omit<Mismatch, 'sample' | 'layer'> | null {
  const index = expected.findIndex((value, at) => value !== actual[at]);
  return index < 0 ? null : { index, expected: expected[index]!, actual: actual[index]! };
}

function findMismatch(
  graph: Graph,
  images: readonly Int8Array[],
  samples: ModelRun['samples'],
): Mismatch | null {
  for (const [sample, image] of images.entries()) {
    const { layers, output } = samples[sample]!;
    let found: Mismatch | null = null;
    const check = (layer: string, values: readonly [expected: Int8Array, actual: Int8Array]) => {
      const difference = found ? null : compare(...values);
      if (difference) found = { sample, layer, ...difference };
    };
    const expected = runReference({ graph }, image, {
      onLayer: ({ index, name, output: values }) => check(name, [values, layers[index]!]),
    });
    check('the model’s output', [expected, output]);
    if (found) return found;
  }
  return null;
}

/**
 * Never throws for a wrong result: that is `exact: false`.
 * @throws E_IMAGES for unfit images; what `runModel` throws for projects, tools and crashes.
 */
export async function verifyOnMachine({ model, ...options }: VerifyOptions): Promise<MachineVerification> {
  const { graph } = model;
  const { machine, images } = options;
  checkImages(graph, images);
  const { samples, modelRegion, layerRegions } = await runModel({
    ...options,
    layerBytes: graph.nodes.map(({ output }) => sizeOf(graph, output)),
    outputBytes: sizeOf(graph, graph.output),
  });
  const firstMismatch = findMismatch(graph, images, samples);
  const measure = ({ instructions, cycles, cyclesHigh }: RegionCounts): Measurement => ({
    instructions: Math.round(instructions / images.length),
    cycles: Math.round(cycles / images.length),
    cyclesHigh: Math.round(cyclesHigh / images.length),
  });
  return {
    machine: machine.name,
    samples: images.length,
    exact: firstMismatch === null,
    firstMismatch,
    ...measure(modelRegion),
    layers: graph.nodes.map(({ name, op }, index) => ({ name, op, ...measure(layerRegions[index]!) })),
  };
}
