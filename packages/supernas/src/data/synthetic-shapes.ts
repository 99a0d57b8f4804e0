/**
 * @file A procedural image set: one of ten shapes at a random place, size, angle and colour, over a colour gradient with
 * clutter and noise. Colour and place say nothing about the class, so that a linear classifier of pixels fails.
 */
import { createRng, TinyFormerError, type Rng } from '@tinyformer/core';
import { PIXEL_OFFSET, PIXEL_SCALE, type Dataset, type DatasetSplits } from './dataset.js';
import { SHAPES, type SignedDistance } from './drawn-shapes.js';

const { abs, ceil, cos, floor, hypot, max, min, round, sin } = Math;

export interface SyntheticShapesOptions {
  readonly seed: number;
  /** Defaults 10,000, 2,000 and 2,000. */
  readonly trainCount?: number;
  readonly validationCount?: number;
  readonly testCount?: number;
  /** Height and width in pixels, at least 8; default 32. */
  readonly size?: number;
}

type Colour = readonly [number, number, number];

/** Width of the uniform noise, in grey levels. */
const NOISE = 36;
const CHANNELS = 3;

/** Labels are balanced; every image depends on the seed, the split and its own index alone. @throws E_DATASET */
export function syntheticShapes(options: SyntheticShapesOptions): DatasetSplits {
  const { seed, trainCount = 10_000, validationCount = 2_000, testCount = 2_000, size = 32 } = options;
  checkSizes({ trainCount, validationCount, testCount, size });
  const draw = (split: string, count: number) =>
    drawDataset(createRng(seed).fork('shapes').fork(split), { count, size });
  return {
    train: draw('train', trainCount),
    validation: draw('validation', validationCount),
    test: draw('test', testCount),
    augmentation: { shift: max(1, round(size / 16)), flip: true },
    pixelScale: PIXEL_SCALE,
    pixelOffset: PIXEL_OFFSET,
  };
}

function checkSizes({ size, ...counts }: Readonly<Record<string, number>> & { readonly size: number }): void {
  const wrong = Object.entries(counts).find(
    ([, count]) => !Number.isInteger(count) || count! < SHAPES.length,
  );
  if (wrong) {
    throw new TinyFormerError('E_DATASET', `${wrong[0]} is ${wrong[1]}`, {
      hint: `give at least one image a class, ${SHAPES.length} in all`,
      details: counts,
    });
  }
  if (!Number.isInteger(size) || size < 8) {
    throw new TinyFormerError('E_DATASET', `size is ${size} pixels`, { hint: 'the smallest size is 8' });
  }
}

function drawDataset(rng: Rng, { count, size }: { readonly count: number; readonly size: number }): Dataset {
  const length = size * size * CHANNELS;
  const images = new Uint8Array(count * length);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    labels[index] = index % SHAPES.length;
    const canvas = new Float32Array(length);
    drawImage(canvas, { rng: rng.fork(index), size, distance: SHAPES[labels[index]!]![1] });
    images.set(Uint8ClampedArray.from(canvas), index * length);
  }
  return {
    name: 'shapes',
    imageShape: { height: size, width: size, channels: CHANNELS },
    classes: SHAPES.length,
    classNames: SHAPES.map(([name]) => name),
    images,
    labels,
    count,
  };
}

interface Scene {
  readonly rng: Rng;
  readonly size: number;
  readonly distance: SignedDistance;
}

function drawImage(canvas: Float32Array, { rng, size, distance }: Scene): void {
  const near = randomColour(rng, DARK);
  const far = randomColour(rng, DARK);
  fillGradient(canvas, { near, far, size, angle: rng.next() * 2 * Math.PI });
  for (let piece = 3 + rng.below(5); piece > 0; piece--) drawClutter(canvas, { rng, size });
  const radius = size * (0.21 + 0.14 * rng.next());
  const place = () => radius * 0.8 + rng.next() * (size - radius * 1.6);
  paint(canvas, {
    size,
    distance,
    colour: randomColour(rng, BRIGHT),
    radius,
    x: place(),
    y: place(),
    angle: (rng.next() - 0.5) * 0.5,
  });
  for (let i = 0; i < canvas.length; i++) canvas[i]! += NOISE * (rng.next() - 0.5);
}

function fillGradient(
  canvas: Float32Array,
  options: { readonly near: Colour; readonly far: Colour; readonly size: number; readonly angle: number },
): void {
  const { near, far, size, angle } = options;
  const [dx, dy] = [cos(angle) / size, sin(angle) / size];
  for (let position = 0; position < size * size; position++) {
    const along = 0.5 + ((position % size) - size / 2) * dx + (floor(position / size) - size / 2) * dy;
    for (let c = 0; c < CHANNELS; c++) {
      canvas[position * CHANNELS + c] = near[c]! + (far[c]! - near[c]!) * along;
    }
  }
}

/** A short stroke or a dot, too small to be taken for the shape. */
function drawClutter(
  canvas: Float32Array,
  { rng, size }: { readonly rng: Rng; readonly size: number },
): void {
  const length = 0.3 + 0.7 * rng.next();
  paint(canvas, {
    size,
    distance: (x, y) => hypot(max(abs(x) - length, 0), y) - 0.35,
    colour: randomColour(rng, { from: 0, to: 255 }),
    radius: size * (0.04 + 0.04 * rng.next()),
    x: rng.next() * size,
    y: rng.next() * size,
    angle: rng.next() * Math.PI,
  });
}

interface Placement {
  readonly size: number;
  readonly distance: SignedDistance;
  readonly colour: Colour;
  /** Pixels. */
  readonly radius: number;
  readonly x: number;
  readonly y: number;
  /** Radians. */
  readonly angle: number;
}

/** Blends the shape in; a pixel is covered by how far its centre lies inside, up to half a pixel. */
function paint(canvas: Float32Array, placement: Placement): void {
  const { size, distance, colour, radius, x, y, angle } = placement;
  const reach = radius * 1.5 + 1;
  const turn = { cos: cos(angle) / radius, sin: sin(angle) / radius };
  const first = (centre: number) => max(0, floor(centre - reach));
  const last = (centre: number) => min(size - 1, ceil(centre + reach));
  for (let row = first(y); row <= last(y); row++) {
    for (let column = first(x); column <= last(x); column++) {
      const dx = column + 0.5 - x;
      const dy = row + 0.5 - y;
      const inside = -distance(dx * turn.cos + dy * turn.sin, dy * turn.cos - dx * turn.sin) * radius;
      const cover = min(1, max(0, 0.5 + inside));
      for (let c = 0, at = (row * size + column) * CHANNELS; c < CHANNELS; c++) {
        canvas[at + c]! += (colour[c]! - canvas[at + c]!) * cover;
      }
    }
  }
}

interface Levels {
  readonly from: number;
  readonly to: number;
}

/** Shapes are mostly brighter than the background; where the ranges overlap the contrast is low or reversed in a channel. */
const DARK: Levels = { from: 0, to: 155 };
const BRIGHT: Levels = { from: 100, to: 255 };

function randomColour(rng: Rng, { from, to }: Levels): Colour {
  const level = () => from + rng.next() * (to - from);
  return [level(), level(), level()];
}
