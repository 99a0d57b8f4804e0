/**
 * @file A batch of augmented images as a pure function of the options and the step: shuffled by epoch, each image with a
 * random generator of its own, so that a batch does not depend on which were made before it.
 */

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeds that differ in any of the numbers (MurmurHash3's finaliser on each). */
function mixSeeds(...numbers) {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}

const createRandom = (...seeds) => {
  const generator = xoroshiro128plus(mixSeeds(...seeds));
  return {
    below: (count) => uniformInt(generator, 0, count - 1),
    between: (low, high) => low + (high - low) * uniformFloat64(generator),
  };
};

/** Fisher and Yates. */
function shuffledPositions(count, random) {
  const positions = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [positions[i], positions[j]] = [positions[j], positions[i]];
  }
  return positions;
}

/** Beta(a, a) for 0 < a <= 1 (Johnk 1964). */
function beta(alpha, random) {
  for (;;) {
    const [x, y] = [random.between(0, 1) ** (1 / alpha), random.between(0, 1) ** (1 / alpha)];
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

/** The values that each byte of each channel becomes: ((byte - 127.5) * contrast + 127.5 + brightness - offset) * scale. */
function fillTable(table, { channels, colour, offset, scale }, random) {
  for (let c = 0; c < channels; c++) {
    const contrast = colour === 0 ? 1 : 1 + random.between(-colour, colour);
    const brightness = colour === 0 ? 0 : 127.5 * random.between(-colour, colour);
    for (let byte = 0; byte < 256; byte++) {
      table[c * 256 + byte] = ((byte - 127.5) * contrast + 127.5 + brightness - offset) * scale;
    }
  }
}

/** Copies an image shifted and mirrored through the table; what lies outside of it is 0. */
function copyImage(source, target, { height, width, channels, table }, { down, right, mirrored }) {
  target.fill(0);
  const step = mirrored ? -channels : channels;
  const left = Math.max(0, -right);
  const end = Math.min(width, width - right);
  for (let row = Math.max(0, -down); row < Math.min(height, height - down); row++) {
    const first = mirrored ? width - 1 - (left + right) : left + right;
    let from = ((row + down) * width + first) * channels;
    let to = (row * width + left) * channels;
    for (let column = left; column < end; column++, from += step, to += channels) {
      for (let c = 0; c < channels; c++) target[to + c] = table[c * 256 + source[from + c]];
    }
  }
}

/** Sets a square to 0, its centre anywhere in the image (DeVries and Taylor, arXiv 1708.04552). */
function cutSquare(target, { height, width, channels, cutout }, random) {
  const [top, left] = [height, width].map((extent) => random.below(extent) - (cutout >> 1));
  const [from, to] = [Math.max(0, left), Math.min(width, left + cutout)];
  for (let row = Math.max(0, top); row < Math.min(height, top + cutout); row++) {
    target.fill(0, (row * width + from) * channels, (row * width + to) * channels);
  }
}

/** Mixes every image with the next of the batch, the last with the first (Zhang et al., arXiv 1710.09412). */
function mixImages(images, length, share) {
  const first = images.slice(0, length);
  for (let at = 0; at < images.length; at += length) {
    const next = at + length < images.length ? images.subarray(at + length, at + 2 * length) : first;
    for (let i = 0; i < length; i++) images[at + i] = share * images[at + i] + (1 - share) * next[i];
  }
}

/** @param data images (bytes, NHWC, one after another) and labels @returns a function of the step */
export function createAugmenter({ images, labels }, options) {
  const { height, width, channels, batchSize, seed, shift, flip, cutout, mixup } = options;
  const length = height * width * channels;
  const stepsPerEpoch = Math.floor(labels.length / batchSize);
  const table = new Float32Array(channels * 256);
  const layout = { ...options, table };
  if (options.colour === 0) fillTable(table, layout);
  let order;
  return (step) => {
    const epoch = Math.floor(step / stepsPerEpoch);
    if (order?.epoch !== epoch) {
      order = { epoch, positions: shuffledPositions(labels.length, createRandom(seed, 1, epoch)) };
    }
    const batch = { images: new Float32Array(batchSize * length), labels: new Int32Array(batchSize) };
    for (let i = 0; i < batchSize; i++) {
      const place = (step % stepsPerEpoch) * batchSize + i;
      const position = order.positions[place];
      const random = createRandom(seed, 2, epoch, place);
      const target = batch.images.subarray(i * length, (i + 1) * length);
      if (options.colour > 0) fillTable(table, layout, random);
      const [down, right] = [0, 0].map(() => (shift === 0 ? 0 : random.below(2 * shift + 1) - shift));
      const mirrored = flip && random.below(2) === 1;
      copyImage(images.subarray(position * length, (position + 1) * length), target, layout, {
        ...{ down, right, mirrored },
      });
      if (cutout > 0) cutSquare(target, options, random);
      batch.labels[i] = labels[position];
    }
    if (mixup === 0) return { ...batch, share: 1 };
    const share = beta(mixup, createRandom(seed, 3, step));
    mixImages(batch.images, length, share);
    return { ...batch, share };
  };
}
