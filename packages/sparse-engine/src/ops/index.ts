/** @file The table of ops: adding one is a file here, a line below and a C kernel. */
import { InternalError } from '@tinyformer/core';
import type { GraphNode } from '../ir/graph.js';
import { add } from './add.js';
import { attention } from './attention.js';
import { averagePool, globalAveragePool } from './average-pool.js';
import { convolution } from './convolution.js';
import { depthwise } from './depthwise.js';
import { layerNorm } from './layer-norm.js';
import { linear } from './linear.js';
import { lookup } from './lookup.js';
import type { OpDefinition } from './op-definition.js';
import { softmax } from './softmax.js';
import { softmaxTflite } from './softmax-tflite.js';

const DEFINITIONS: readonly OpDefinition[] = [
  convolution,
  depthwise,
  linear,
  lookup,
  add,
  averagePool,
  globalAveragePool,
  attention,
  softmax,
  softmaxTflite,
  layerNorm,
];

export const OPS: Readonly<Record<string, OpDefinition>> = Object.fromEntries(
  DEFINITIONS.map((definition) => [definition.name, definition]),
);

export function definitionOf(node: GraphNode): OpDefinition {
  const definition = OPS[node.op];
  if (definition === undefined) throw new InternalError(`${node.name} has the unknown op ${node.op}`);
  return definition;
}
