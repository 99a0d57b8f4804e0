import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { compile, writeProject, type CompiledModel } from '@tinyformer/sparse-engine';
import { CORTEX_M4, MACHINES } from '../src/machine/cortex-machine.js';
import { verifyOnMachine } from '../src/workload/verify-on-machine.js';
import { hybridNetwork, randomImages } from './support/hybrid-network.js';
import { machineTest, scratch } from './support/snippets.js';

const images = randomImages(4, 1);
let model: CompiledModel;
let projectDirectory: string;

beforeAll(async () => {
  model = await compile(hybridNetwork(3));
  projectDirectory = join(await mkdtemp(join(scratch, 'project-')), 'hybrid');
  await writeProject(model, projectDirectory);
});

/** A copy of the project with one edit in a file. */
async function edited(file: string, edit: (text: string) => string): Promise<string> {
  const copy = join(await mkdtemp(join(scratch, 'edited-')), 'hybrid');
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

describe('Verification', () => {
  machineTest('finds a single changed weight, and names layer, position and values', async () => {
    const other = structuredClone(hybridNetwork(3)) as ReturnType<typeof hybridNetwork>;
    const layer = other.layers.find(({ name }) => name === 'encoder.projection')!;
    if (layer.op !== 'linear') throw new Error('the network has changed');
    layer.weights.data[0]! ^= 64;
    const result = await verifyOnMachine({
      model: await compile(other),
      projectDirectory,
      machine: CORTEX_M4,
      images,
    });
    expect(result).toMatchObject({ exact: false, firstMismatch: { sample: 0, layer: 'encoder.projection' } });
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
