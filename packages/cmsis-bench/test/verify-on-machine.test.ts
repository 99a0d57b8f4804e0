import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BOARDS, createRng } from '@tinyformer/core';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { compile, writeProject, type CompiledModel } from '@tinyformer/sparse-engine';
import { randomImage, TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { CORTEX_M4, findMachine, MACHINES } from '../src/machine/cortex-machine.js';
import { verifyOnMachine } from '../src/workload/verify-on-machine.js';
import { machineTest, scratch } from './support/snippets.js';

/** Every op, half of the blocks zero. */
const network = () => tinyQuantizedNetwork(createRng(3), { architecture: TINY_ARCHITECTURE, density: 0.5 });

const images = [1, 2, 3, 4].map((seed) => randomImage(createRng(seed), network().input.shape));
let model: CompiledModel;
let projectDirectory: string;

beforeAll(async () => {
  model = await compile(network());
  projectDirectory = join(await mkdtemp(join(scratch, 'project-')), 'tiny');
  await writeProject(model, projectDirectory);
});

/** A copy of the project with one edit in a file. */
async function edited(file: string, edit: (text: string) => string): Promise<string> {
  const copy = join(await mkdtemp(join(scratch, 'edited-')), 'tiny');
  await cp(projectDirectory, copy, { recursive: true });
  const text = await readFile(join(copy, file), 'utf8');
  const changed = edit(text);
  expect(changed).not.toBe(text);
  await writeFile(join(copy, file), changed);
  return copy;
}

describe.each(MACHINES)('A generated project on a $name', (machine) => {
  machineTest('equals the reference in every value of every layer', async () => {
    const result = await verifyOnMachine({ model, projectDirectory, machine, images });
    expect(result).toMatchObject({ machine: machine.name, samples: 4, exact: true, firstMismatch: null });
    expect(result.layers.map(({ name, op }) => [name, op])).toEqual(
      model.layers.map(({ name, op }) => [name, op]),
    );
  });

  machineTest('has layers whose instructions and cycles add up to its own within 2%', async () => {
    const result = await verifyOnMachine({ model, projectDirectory, machine, images });
    for (const what of ['instructions', 'cycles'] as const) {
      const sum = result.layers.reduce((total, layer) => total + layer[what], 0);
      expect(Math.abs(sum / result[what] - 1)).toBeLessThan(0.02);
      expect(Math.min(...result.layers.map((layer) => layer[what]))).toBeGreaterThan(0);
    }
  });

  machineTest('executes the same instructions in every run', async () => {
    const options = { model, projectDirectory, machine, images };
    expect(await verifyOnMachine(options)).toEqual(await verifyOnMachine(options));
  });
});

describe('Verification with the memory of a board', () => {
  machineTest('finds the same values and instructions, and more cycles', async () => {
    for (const { core, memory } of BOARDS) {
      const options = { model, projectDirectory, machine: findMachine(core), images: images.slice(0, 1) };
      const waiting = await verifyOnMachine({ ...options, memory });
      const immediate = await verifyOnMachine(options);
      expect(waiting.exact).toBe(true);
      expect(waiting.instructions).toBe(immediate.instructions);
      expect(waiting.cycles).toBeGreaterThan(immediate.cycles);
      expect(waiting.cyclesHigh).toBeGreaterThanOrEqual(waiting.cycles);
    }
  });
});

describe('Verification', () => {
  machineTest('finds a single changed weight, and names layer, position and values', async () => {
    const other = network();
    const layer = other.layers.find(({ op }) => op === 'linear')!;
    if (layer.op !== 'linear') throw new Error('the network has no linear layer');
    layer.weights.data[0]! ^= 64;
    const result = await verifyOnMachine({
      model: await compile(other),
      projectDirectory,
      machine: CORTEX_M4,
      images,
    });
    expect(result).toMatchObject({ exact: false, firstMismatch: { sample: 0, layer: layer.name } });
    expect(result.firstMismatch!.expected).not.toBe(result.firstMismatch!.actual);
  });

  machineTest('builds a project again when a file of it has changed', async () => {
    const broken = await edited(join('src', 'model.c'), (text) => `${text}\n#error changed\n`);
    await expect(
      verifyOnMachine({ model, projectDirectory: broken, machine: CORTEX_M4, images }),
    ).rejects.toMatchObject({ code: 'E_COMPILE' });
  });

  test('refuses a folder that holds no project', async () => {
    await expect(
      verifyOnMachine({ model, projectDirectory: scratch, machine: CORTEX_M4, images }),
    ).rejects.toMatchObject({ code: 'E_PROJECT' });
  });

  test('refuses images of another size, and none', async () => {
    const options = { model, projectDirectory, machine: CORTEX_M4 };
    await expect(verifyOnMachine({ ...options, images: [] })).rejects.toMatchObject({ code: 'E_IMAGES' });
    await expect(verifyOnMachine({ ...options, images: [new Int8Array(3)] })).rejects.toMatchObject({
      code: 'E_IMAGES',
    });
  });
});
