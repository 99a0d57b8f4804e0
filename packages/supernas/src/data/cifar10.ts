/**
 * @file CIFAR-10 (Krizhevsky, 2009) in its standard binary layout: `data_batch_1.bin` to `_5.bin` and `test_batch.bin`, each
 * 10,000 records of one label byte and 3 planes of 32x32 bytes (red, green, blue).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';
import { cutValidation, PIXEL_OFFSET, PIXEL_SCALE, type Dataset, type DatasetSplits } from './dataset.js';

const SIZE = 32;
const PLANE = SIZE * SIZE;
const CHANNELS = 3;
const RECORD_BYTES = 1 + CHANNELS * PLANE;
const RECORDS_PER_FILE = 10_000;
const TRAINING_FILES = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
const TEST_FILE = 'test_batch.bin';
const CLASS_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

export interface Cifar10Options {
  /** Chooses the validation images. */
  readonly seed: number;
  /** Images cut off the training images; default 5000, or a tenth under `limit`. */
  readonly validationCount?: number;
  /** Reads at most this many training images (before the cut) and this many test images. */
  readonly limit?: number;
}

/** @throws E_DATASET when a file is missing, truncated or holds a label above 9, or the limit leaves no image. */
export async function loadCifar10(directory: string, options: Cifar10Options): Promise<DatasetSplits> {
  const { seed, limit = Infinity } = options;
  if (!(limit >= 1)) {
    throw new TinyFormerError('E_DATASET', `limit is ${limit} images`, { hint: 'read at least one image' });
  }
  const training = await readRecords(directory, { files: TRAINING_FILES, limit });
  const { validationCount = Math.floor(training.count / 10) } = options;
  const test = await readRecords(directory, { files: [TEST_FILE], limit });
  return {
    ...cutValidation(training, { validationCount, seed }),
    test,
    augmentation: { shift: 4, flip: true },
    pixelScale: PIXEL_SCALE,
    pixelOffset: PIXEL_OFFSET,
  };
}

async function readRecords(
  directory: string,
  { files, limit }: { readonly files: readonly string[]; readonly limit: number },
): Promise<Dataset> {
  const count = Math.min(Math.floor(limit), files.length * RECORDS_PER_FILE);
  const images = new Uint8Array(count * CHANNELS * PLANE);
  const labels = new Uint8Array(count);
  for (let read = 0, file = 0; read < count; file++, read += RECORDS_PER_FILE) {
    const path = join(directory, files[file]!);
    const bytes = await readBatchFile(path);
    for (let record = 0; record < Math.min(RECORDS_PER_FILE, count - read); record++) {
      const at = record * RECORD_BYTES;
      labels[read + record] = checkLabel(bytes[at]!, { path, record });
      interleave(
        bytes.subarray(at + 1, at + RECORD_BYTES),
        images.subarray((read + record) * CHANNELS * PLANE, (read + record + 1) * CHANNELS * PLANE),
      );
    }
  }
  const imageShape = { height: SIZE, width: SIZE, channels: CHANNELS };
  return {
    name: 'cifar10',
    imageShape,
    classes: CLASS_NAMES.length,
    classNames: CLASS_NAMES,
    images,
    labels,
    count,
  };
}

async function readBatchFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new TinyFormerError('E_DATASET', `${path} could not be read`, {
      hint: `the folder must hold ${TRAINING_FILES[0]} to ${TRAINING_FILES[4]} and ${TEST_FILE}, the binary version of CIFAR-10`,
      details: { path },
      cause,
    });
  });
  const expected = RECORDS_PER_FILE * RECORD_BYTES;
  if (bytes.length !== expected) {
    throw new TinyFormerError('E_DATASET', `${path} has ${bytes.length} bytes, expected ${expected}`, {
      hint:
        bytes.length < expected
          ? 'the file is truncated; copy or unpack it again'
          : 'this is not a CIFAR-10 batch; CIFAR-100 and the Python version have other layouts',
      details: { path, bytes: bytes.length, expected },
    });
  }
  return bytes;
}

function checkLabel(label: number, at: { readonly path: string; readonly record: number }): number {
  if (label < CLASS_NAMES.length) return label;
  throw new TinyFormerError('E_DATASET', `${at.path}: record ${at.record} has the label ${label}`, {
    hint: `labels are 0 to ${CLASS_NAMES.length - 1}; the file is damaged or is something else`,
    details: { ...at, label },
  });
}

/** Planes [3, 1024] to pixels [1024, 3]. */
function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  for (let position = 0; position < PLANE; position++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      pixels[position * CHANNELS + channel] = planes[channel * PLANE + position]!;
    }
  }
}
