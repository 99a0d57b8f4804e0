/** @file Search spaces of our own design, for 32x32 images and ten classes. */
import { parseSearchSpace, type SearchSpace } from './search-space.js';

/** Paths of about 0.5 to 2 MMAC, for the drawn shapes. */
const shapes: SearchSpace = parseSearchSpace({
  name: 'shapes',
  input: { height: 32, width: 32, channels: 3 },
  classes: 10,
  stem: { channels: [8, 12, 16], kernel: [3], stride: [2] },
  stages: [
    {
      kind: 'convolution',
      channels: [16, 20, 24],
      stride: [2],
      depth: [1, 2],
      kernel: [3, 5],
      expansion: [2, 3],
    },
    {
      kind: 'convolution',
      channels: [24, 32],
      stride: [1],
      depth: [1, 2],
      kernel: [3, 5],
      expansion: [2, 3],
    },
    { kind: 'transformer', width: [32, 40, 48], stride: [2], depth: [1, 2], heads: [2, 4], mlpRatio: [1, 2] },
  ],
});

/** Paths of about 3 to 15 MMAC, for CIFAR-10 within 1 MiB of flash and 320 KiB of SRAM. */
const cifar10: SearchSpace = parseSearchSpace({
  name: 'cifar10',
  input: { height: 32, width: 32, channels: 3 },
  classes: 10,
  stem: { channels: [12, 16], kernel: [3], stride: [1] },
  stages: [
    {
      kind: 'convolution',
      channels: [16, 24],
      stride: [2],
      depth: [1, 2],
      kernel: [3, 5],
      expansion: [2, 3, 4],
    },
    {
      kind: 'convolution',
      channels: [32, 48],
      stride: [2],
      depth: [1, 2, 3],
      kernel: [3, 5],
      expansion: [2, 3, 4],
    },
    {
      kind: 'transformer',
      width: [48, 64, 80],
      stride: [1],
      depth: [1, 2],
      heads: [2, 4],
      mlpRatio: [1, 2],
    },
  ],
});

export const presets = { shapes, cifar10 } as const;
