/** @file What the training loop and evaluation need of a network: its variables and a forward pass of one path. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '@tinyformer/core';
import type { ForwardOptions } from '../network/forward.js';
import type { NetworkVariables } from '../network/variables.js';

/** A supernet or a single path; the caller disposes it. */
export interface Network {
  readonly variables: NetworkVariables;
  /** Logits [batch, classes] of images [batch, height, width, channels]. */
  forward(x: tf.Tensor4D, architecture: Architecture, options: ForwardOptions): tf.Tensor2D;
  dispose(): void;
}
