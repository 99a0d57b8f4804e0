import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadCifar10 } from '@tinyformer/supernas';

const RECORD = 3073;
const FILE = 10_000 * RECORD;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cifar10-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Record r has the label r % 10 and the bytes 1, 2, 3 in its three planes' first pixels. */
function batchFile(): Buffer {
  const bytes = Buffer.alloc(FILE);
  for (let record = 0; record < 10_000; record++) {
    bytes[record * RECORD] = record % 10;
    for (let plane = 0; plane < 3; plane++) bytes[record * RECORD + 1 + plane * 1024] = plane + 1;
  }
  return bytes;
}

const write = (name: string, bytes: Buffer) => writeFile(join(directory, name), bytes);

describe('loading CIFAR-10', () => {
  it('names the file that is missing', async () => {
    await expect(loadCifar10(directory, { seed: 1 })).rejects.toMatchObject({
      code: 'E_DATASET',
      message: expect.stringContaining('data_batch_1.bin'),
    });
  });

  it('refuses a truncated file and says how long it should be', async () => {
    await write('data_batch_1.bin', batchFile().subarray(0, FILE - 100));
    await expect(loadCifar10(directory, { seed: 1 })).rejects.toMatchObject({
      code: 'E_DATASET',
      details: { bytes: FILE - 100, expected: FILE },
    });
  });

  it('refuses a label above 9 and says where it is', async () => {
    const bytes = batchFile();
    bytes[7 * RECORD] = 10;
    await write('data_batch_1.bin', bytes);
    await expect(loadCifar10(directory, { seed: 1, limit: 100 })).rejects.toMatchObject({
      code: 'E_DATASET',
      details: { record: 7, label: 10 },
    });
  });

  it('reads pixels channels last and cuts a balanced validation set off the training images', async () => {
    await write('data_batch_1.bin', batchFile());
    await write('test_batch.bin', batchFile());
    const splits = await loadCifar10(directory, { seed: 1, limit: 100, validationCount: 20 });
    expect([splits.train.count, splits.validation.count, splits.test.count]).toEqual([80, 20, 100]);
    expect([...splits.train.images.subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    for (let label = 0; label < 10; label++) {
      expect(splits.validation.labels.filter((found) => found === label)).toHaveLength(2);
    }
  });
});

const real = process.env['CIFAR10_DIR'];
describe('the real CIFAR-10 (skipped unless CIFAR10_DIR names its folder)', () => {
  (real === undefined ? it.skip : it)(
    'has 50,000 training and 10,000 test images in ten equal classes',
    async () => {
      const splits = await loadCifar10(real!, { seed: 1, validationCount: 5000 });
      expect([splits.train.count, splits.validation.count, splits.test.count]).toEqual([
        45_000, 5000, 10_000,
      ]);
      for (let label = 0; label < 10; label++) {
        expect(splits.train.labels.filter((found) => found === label)).toHaveLength(4500);
      }
    },
  );
});
