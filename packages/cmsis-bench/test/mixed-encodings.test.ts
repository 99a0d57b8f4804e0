/** @file One network in which encodings and block sizes differ from layer to layer, on everything that runs kernels. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { loadRuntime, runtimeAvailability } from '@tinyformer/mcu-runtime-c';
import {
  compile,
  createRuntimeExecutor,
  runReference,
  writeProject,
  type CompiledModel,
  type EncodingLayout,
} from '@tinyformer/sparse-engine';
import { randomImage, TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { MACHINES } from '../src/machine/cortex-machine.js';
import { verifyOnMachine } from '../src/workload/verify-on-machine.js';
import { machineTest, scratch } from './support/snippets.js';

const LAYERS: Readonly<Record<string, EncodingLayout>> = {
  stem: { kind: 'runlength', blockColumns: 2 },
  'stage1.block0.expand': { kind: 'balanced', blockColumns: 8 },
  'stage1.block0.project': { kind: 'dense' },
  'stage2.embed': { kind: 'balanced', blockColumns: 16 },
  'stage2.block0.query': { kind: 'panel', blockRows: 2, blockColumns: 4, isDense: false },
  'stage2.block0.key': { kind: 'panel', blockRows: 2, blockColumns: 8, isDense: false },
  'stage2.block0.value': { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: false },
  'stage2.block0.output': { kind: 'csr' },
  'stage2.block0.mlp1': { kind: 'runlength', blockColumns: 16 },
  'stage2.block0.mlp2': { kind: 'balanced', blockColumns: 2 },
  'head.classifier': { kind: 'runlength', blockColumns: 4 },
};

const network = tinyQuantizedNetwork(createRng(8), { architecture: TINY_ARCHITECTURE, density: 0.5 });
const images = [1, 2, 3].map((seed) => randomImage(createRng(seed), network.input.shape));
let model: CompiledModel;

beforeAll(async () => {
  model = await compile(network, { encodings: { layers: LAYERS } });
});

describe('A network of mixed encodings', () => {
  it('has a layer of each', () => {
    const encodings = model.layers.map(({ encoding }) => encoding).filter((encoding) => encoding !== 'none');
    expect(new Set(encodings).size).toBe(Object.keys(LAYERS).length);
  });

  const available = runtimeAvailability();
  it.each((['wasm', 'native'] as const).filter((name) => available[name]))(
    'equals the reference on %s',
    async (name) => {
      const runtime = await loadRuntime(name);
      const executor = createRuntimeExecutor(model, runtime);
      for (const image of images) expect(executor.run(image)).toEqual(runReference(model, image));
      executor.dispose();
      runtime.dispose();
    },
  );

  describe.each(MACHINES)('as firmware on a $name', (machine) => {
    machineTest('equals the reference in every value of every layer', async () => {
      const projectDirectory = join(await mkdtemp(join(scratch, 'mixed-')), 'tiny');
      writeProject(model, projectDirectory);
      const result = await verifyOnMachine({ model, projectDirectory, machine, images });
      expect(result).toMatchObject({ samples: images.length, exact: true, firstMismatch: null });
    });
  });
});
