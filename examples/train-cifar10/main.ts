/**
 * @file Trains a convolution-transformer network on CIFAR-10 (the binary version's six files in a folder) and shows the
 * accuracy on the test images after every epoch. A run that was stopped goes on when it is started again.
 *
 * `npx tsx -C @tinyformer/source examples/train-cifar10/main.ts DIR`; `--smoke` does it with a few drawn images instead.
 */
import { parseArgs } from 'node:util';
import { loadCifar10, syntheticShapes } from '@tinyformer/supernas';
import { useTraining, type EngineOptions } from '@tinyformer/tfjs-wasm-training';
import type { Epoch } from './checkpoint.js';
import { RECIPE, train, type Progress } from './train.js';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      epochs: { type: 'string', default: '14' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'runs/train-cifar10' },
      engine: { type: 'string', default: 'auto' },
      threads: { type: 'string' },
      smoke: { type: 'boolean', default: false },
    },
  });
  const [directory] = positionals;
  if (directory === undefined && !values.smoke) {
    throw new Error(
      'name the folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, or --smoke',
    );
  }
  const seed = Number(values.seed);
  const epochs = Number(values.epochs);
  const splits = values.smoke
    ? syntheticShapes({ seed, trainCount: 256, validationCount: 10, testCount: 100 })
    : await loadCifar10(directory!, { seed, validationCount: 0 });
  const engine = await useTraining({
    engine: values.engine as NonNullable<EngineOptions['engine']>,
    ...(values.threads !== undefined && { threads: Number(values.threads) }),
  });
  console.log(
    `${splits.train.count} images of ${splits.train.name} on ${engine.name}, ${engine.threads} threads`,
  );
  await train({
    ...{ splits, epochs, seed, engine: engine.name, folder: values.out },
    onStep: showSteps(),
    onEpoch: showEpoch,
  });
}

/** A line every ten seconds. */
function showSteps(): (progress: Progress) => void {
  let [lastTime, lastStep] = [performance.now(), NaN];
  return ({ step, steps, loss }) => {
    const seconds = (performance.now() - lastTime) / 1000;
    if (seconds < 10) return;
    const pace = (step - lastStep) / seconds;
    const left = ((steps - step) / pace / 60).toFixed(0);
    if (lastStep > 0) {
      const speed = (pace * RECIPE.batchSize).toFixed(0);
      console.error(
        `  step ${step} of ${steps}, loss ${loss.toFixed(3)}, ${speed} images/s, ${left} min left`,
      );
    }
    [lastTime, lastStep] = [performance.now(), step];
  };
}

function showEpoch({ epoch, trainingLoss, testAccuracy, seconds }: Epoch): void {
  const accuracy = (100 * testAccuracy).toFixed(2);
  console.log(`epoch ${epoch}: loss ${trainingLoss.toFixed(4)}, test ${accuracy}%, ${seconds.toFixed(0)} s`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
