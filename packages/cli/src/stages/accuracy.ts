/**
 * @file The reported numbers: the test images are read here, and in the linear baseline, and nowhere else. The plain loops
 * classify every image; the C kernels as WebAssembly and natively must agree in every value of every layer.
 */
import { TinyFormerError } from '@tinyformer/core';
import { loadRuntime, runtimeAvailability, type RuntimeName } from '@tinyformer/mcu-runtime-c';
import {
  createRuntimeExecutor,
  runReference,
  type CompiledModel,
  type RuntimeExecutor,
} from '@tinyformer/sparse-engine';
import { floatAccuracy, quantizeImages } from '@tinyformer/sparsenas';
import { parseFloatNetwork, type Dataset } from '@tinyformer/supernas';
import type { Progress } from '../output/progress.js';
import { formatShare } from '../output/share.js';
import { parseOwn, saveOwn } from './artefact.js';
import { compileRunNetwork } from './compile.js';
import { FILES } from './files.js';
import type { Stage, StageContext } from './stage.js';

const KIND = 'accuracy';
const HOST_RUNTIMES: readonly RuntimeName[] = ['wasm', 'native'];

/** One machine's agreement with the plain loops. */
export interface Agreement {
  readonly name: string;
  /** Every value of every layer was equal; null where the machine could not run. */
  readonly exact: boolean | null;
  readonly samples: number;
  /** Where it first differed, or why it could not run. */
  readonly remark: string | null;
}

/** @throws E_NOT_EXACT when a machine computed other values than the plain loops. */
export function checkExact(machines: readonly Pick<Agreement, 'name' | 'exact'>[]): void {
  const wrong = machines.filter(({ exact }) => exact === false).map(({ name }) => name);
  if (wrong.length === 0) return;
  throw new TinyFormerError('E_NOT_EXACT', `${wrong.join(', ')} computed other values than the reference`, {
    hint: 'this is a defect of tinyformer: please report it with the network',
  });
}

export interface AccuracyFindings {
  /** Shares of the test images. */
  readonly float: number;
  readonly int8: number;
  readonly agreements: readonly Agreement[];
}

interface Runner {
  readonly name: RuntimeName;
  readonly executor: RuntimeExecutor;
  mismatch: string | null;
}

export interface HostCheck {
  /** Quantised images, and their labels in the same order. */
  readonly images: readonly Int8Array[];
  readonly labels: Uint8Array;
  readonly progress: Progress;
}

/** Runs every image on the plain loops and on the C kernels, layer by layer. */
export async function checkOnHost(
  model: CompiledModel,
  { images, labels, progress }: HostCheck,
): Promise<Pick<AccuracyFindings, 'int8' | 'agreements'>> {
  const available = runtimeAvailability();
  const names = HOST_RUNTIMES.filter((name) => available[name]);
  const runtimes = await Promise.all(names.map((name) => loadRuntime(name)));
  const runners = runtimes.map((runtime): Runner => ({
    name: runtime.name,
    executor: createRuntimeExecutor(model, runtime),
    mismatch: null,
  }));
  try {
    let correct = 0;
    for (const [index, image] of images.entries()) {
      const output = runOnAll(model, { image, index, runners });
      if (firstLargest(output) === labels[index]) correct += 1;
      if (index % 16 === 15) await letTimersRun();
      progress.update(index + 1, {
        total: images.length,
        note: `${formatShare(correct / (index + 1))} correct`,
      });
    }
    return { int8: correct / images.length, agreements: agreementsOf(runners, images.length) };
  } finally {
    for (const { executor } of runners) executor.dispose();
    for (const runtime of runtimes) runtime.dispose();
  }
}

/** The first images of a dataset as the network's int8 input. */
export function quantizedImages(dataset: Dataset, count: number): Int8Array[] {
  const length = dataset.images.length / dataset.count;
  return Array.from({ length: Math.min(count, dataset.count) }, (_, index) =>
    quantizeImages({ images: dataset.images.subarray(index * length, (index + 1) * length) }),
  );
}

interface OneImage {
  readonly image: Int8Array;
  readonly index: number;
  readonly runners: readonly Runner[];
}

function runOnAll(model: CompiledModel, { image, index, runners }: OneImage): Int8Array {
  const expected: Int8Array[] = [];
  const output = runReference(model, image, { onLayer: (layer) => expected.push(layer.output.slice()) });
  for (const runner of runners) {
    runner.executor.run(image, {
      onLayer: (layer) => {
        if (runner.mismatch !== null || sameBytes(layer.output, expected[layer.index]!)) return;
        runner.mismatch = `image ${index}, layer ${layer.name}`;
      },
    });
  }
  return output;
}

function agreementsOf(runners: readonly Runner[], samples: number): Agreement[] {
  const reference = { name: 'typescript', exact: true, samples, remark: 'the definition' };
  const others = HOST_RUNTIMES.map((name): Agreement => {
    const runner = runners.find((candidate) => candidate.name === name);
    if (!runner) return { name, exact: null, samples: 0, remark: 'not built here' };
    const { mismatch } = runner;
    return { name, exact: mismatch === null, samples, remark: mismatch && `differs at ${mismatch}` };
  });
  return [reference, ...others];
}

function sameBytes(a: Int8Array, b: Int8Array): boolean {
  return Buffer.compare(asBuffer(a), asBuffer(b)) === 0;
}

function asBuffer({ buffer, byteOffset, byteLength }: Int8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function firstLargest(values: Int8Array): number {
  return values.indexOf(Math.max(...values));
}

/** The bar is drawn by timers, which a long synchronous loop would starve. */
function letTimersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const accuracyStage: Stage = {
  name: 'accuracy',
  title: 'Testing; checking WebAssembly, native',
  outputs: [FILES.accuracy],
  async run(context) {
    const { folder, progress, settings } = context;
    const splits = await context.splits();
    const network = parseFloatNetwork(folder.read(FILES.floatNetwork));
    const float = await floatAccuracy(network, splits, { dataset: splits.test });
    const model = await compileRunNetwork(context);
    const { test } = splits;
    const images = quantizedImages(test, test.count);
    const findings = { float, ...(await checkOnHost(model, { images, labels: test.labels, progress })) };
    folder.write(FILES.accuracy, saveOwn(KIND, { seed: settings.seed, ...findings }));
    return `float ${formatShare(float)}, int8 ${formatShare(findings.int8)}`;
  },
};

export function readAccuracy({ folder }: Pick<StageContext, 'folder'>): AccuracyFindings {
  return parseOwn(KIND, folder.read(FILES.accuracy));
}
