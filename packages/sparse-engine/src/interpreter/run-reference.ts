/** @file The definition of correct: every node computed by its op's plain loops, in order, on tensors of their own. */
import { elementCount, TinyFormerError, type Rounding } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { siteOf } from '../ir/graph.js';
import { definitionOf } from '../ops/index.js';

export interface LayerOutput {
  readonly index: number;
  readonly name: string;
  /** Valid during the call only; copy what must stay. */
  readonly output: Int8Array;
}

export type LayerListener = (layer: LayerOutput) => void;

export interface RunOptions {
  readonly onLayer?: LayerListener;
}

/**
 * The output [classes] for one quantised image.
 * @param input row-major [height, width, channels]
 * @throws E_SHAPE when the input has another length
 */
export function runReference(
  { graph }: Pick<CompiledModel, 'graph'>,
  input: Int8Array,
  { rounding = 'single', onLayer }: RunOptions & { readonly rounding?: Rounding } = {},
): Int8Array {
  checkInput(elementCount(graph.tensors[graph.input]!.shape), input);
  const values = new Map<string, Int8Array>([[graph.input, input]]);
  graph.nodes.forEach((node, index) => {
    const site = siteOf(graph, node);
    const output = new Int8Array(elementCount(site.output.shape));
    const inputs = node.inputs.map((name) => values.get(name)!);
    definitionOf(node).reference(site, { inputs, output, rounding });
    values.set(node.output, output);
    onLayer?.({ index, name: node.name, output });
  });
  return values.get(graph.output)!;
}

/** @throws E_SHAPE */
export function checkInput(expected: number, input: Int8Array): void {
  if (input.length === expected) return;
  throw new TinyFormerError('E_SHAPE', `the input has ${input.length} values, the model reads ${expected}`, {
    hint: 'give one quantised image, row-major [height, width, channels]',
  });
}
