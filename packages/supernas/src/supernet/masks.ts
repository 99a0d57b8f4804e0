/** @file Masks for evaluating sparse paths of a supernet without touching its weights. */
import * as tf from '@tensorflow/tfjs-core';
import { expandArchitecture, type Architecture } from '@tinyformer/core';
import type { Masks } from '../network/forward.js';
import { toTrainingLayout } from '../network/parameters.js';
import type { WeightMasks } from './trainable-network.js';

/** Masks as tensors for `forward`; the caller disposes them (`tf.dispose(masks)`). */
export function createMasks(architecture: Architecture, masks: WeightMasks): Masks {
  const entries = expandArchitecture(architecture).flatMap((layer) => {
    const tensor = masks[layer.name];
    if (!tensor) return [];
    const { shape, data } = toTrainingLayout(layer, { name: 'weights', tensor });
    return [[layer.name, tf.tensor(data, [...shape])] as const];
  });
  return Object.fromEntries(entries);
}
