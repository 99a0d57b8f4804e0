/** @file Runs a generated model on images on a simulated Cortex-M: every layer's output, and what each layer executed. */
import { TinyFormerError, type MemorySystem } from '@tinyformer/core';
import { buildFirmware, type ModelFirmwareOptions } from '../firmware/build-firmware.js';
import type { RegionCounts } from '../machine/counts.js';
import { runWorkload } from './run-workload.js';

export interface ModelRunOptions extends ModelFirmwareOptions {
  /** Quantised images, row-major; at least one. */
  readonly images: readonly Int8Array[];
  /** Bytes of each layer's output, in the order of execution. */
  readonly layerBytes: readonly number[];
  /** Bytes of the model's output. */
  readonly outputBytes: number;
  readonly timeoutMs?: number;
  /** A board's; weights lie in flash. */
  readonly memory?: MemorySystem | undefined;
}

export interface ModelRun {
  /** An image each. */
  readonly samples: readonly {
    readonly layers: readonly Int8Array[];
    readonly output: Int8Array;
  }[];
  /** Over all images: the model as deployed, without a layer hook, and each layer. */
  readonly modelRegion: RegionCounts;
  readonly layerRegions: readonly RegionCounts[];
}

function encodeImages(images: readonly Int8Array[]): Uint8Array {
  const bytes = new Uint8Array(4 + images.reduce((sum, image) => sum + image.length, 0));
  new DataView(bytes.buffer).setUint32(0, images.length, true);
  let offset = 4;
  for (const image of images) {
    bytes.set(image, offset);
    offset += image.length;
  }
  return bytes;
}

/** Cuts the firmware's output file into one array a layer and image. */
function decodeOutputs(
  bytes: Uint8Array,
  { images, layerBytes, outputBytes }: ModelRunOptions,
): ModelRun['samples'] {
  const bytesPerImage = layerBytes.reduce((sum, size) => sum + size, outputBytes);
  if (bytes.length !== images.length * bytesPerImage) {
    throw new TinyFormerError(
      'E_MACHINE_OUTPUT',
      `the firmware wrote ${bytes.length} bytes for ${images.length} images, ${bytesPerImage} an image were expected`,
      { hint: 'the generated project belongs to another model; write it again' },
    );
  }
  let offset = 0;
  const take = (size: number) =>
    new Int8Array(bytes.buffer, bytes.byteOffset + (offset += size) - size, size);
  return images.map(() => ({ layers: layerBytes.map(take), output: take(outputBytes) }));
}

function regionOf(regions: readonly RegionCounts[], id: number): RegionCounts {
  const region = regions.find((candidate) => candidate.id === id);
  if (region) return region;
  throw new TinyFormerError('E_MACHINE_OUTPUT', `the firmware never entered region ${id}`, {
    hint: 'the generated project belongs to another model; write it again',
  });
}

/** @throws E_MACHINE_OUTPUT when the project is not this model's; what `buildFirmware` and `runFirmware` throw. */
export async function runModel(options: ModelRunOptions): Promise<ModelRun> {
  const { machine, images, layerBytes, timeoutMs = 600_000, memory, cacheDirectory } = options;
  const { files, regions } = await runWorkload('the model', {
    machine,
    elf: await buildFirmware(options),
    inputs: { 'images.bin': encodeImages(images) },
    outputs: ['outputs.bin'],
    timeoutMs,
    memory,
    cacheDirectory,
  });
  return {
    samples: decodeOutputs(files['outputs.bin']!, options),
    modelRegion: regionOf(regions, layerBytes.length + 1),
    layerRegions: layerBytes.map((_, layer) => regionOf(regions, layer + 1)),
  };
}
