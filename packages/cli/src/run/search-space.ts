/** @file The search space that belongs to a kind of images. */
import { presets, type SearchSpace } from '@tinyformer/supernas';
import type { DataSource } from './data-source.js';

export function spaceFor({ kind }: DataSource): SearchSpace {
  return kind === 'cifar10' ? presets.cifar10 : presets.shapes;
}
