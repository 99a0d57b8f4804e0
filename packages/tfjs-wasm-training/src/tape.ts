/**
 * @file What a gradient needs of TensorFlow.js's tape, at a tenth of the usual price. Naming tensors in `inputsToSave`
 * runs an Identity kernel for each and lays a node of its own on the tape, which costs more than many a kernel here;
 * a reference to the same values, left with the node that the tape disposes of, does the same.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** Whether a kernel that is called now will be on the tape. */
export function isRecording(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Leaves references to the values of some tensors with the node of the kernel that ran last. */
export function saveReferences(tensors: readonly Tensor[]): void {
  const node = tf.engine().state.activeTape.at(-1)!;
  node.saved!.push(...tensors.map((tensor) => tf.keep(referenceTo(tensor))));
}

/** Another tensor with the same values. */
export function referenceTo({ dataId, shape, dtype }: TensorInfo): Tensor {
  const engine = tf.engine();
  engine.backend.incRef(dataId);
  return engine.makeTensorFromTensorInfo({ dataId, shape, dtype });
}

/** Whether a tensor was computed while the tape was running, so that its gradient will most likely be asked for. */
export function isOnTape(tensor: Tensor): boolean {
  const { activeTape } = tf.engine().state;
  for (let i = (activeTape?.length ?? 0) - 1; i >= 0; i--) {
    if (activeTape[i]!.outputs.some(({ id }) => id === tensor.id)) return true;
  }
  return false;
}
