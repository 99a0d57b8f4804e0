/** @file A graph as text for people and golden files: one line a node, tensors with shape and quantisation. */
import { elementCount, type TensorData } from '@tinyformer/core';
import type { Attribute, Graph, GraphNode, GraphTensor } from './graph.js';

/**
 * `%stem = convolution(%input) {kernel: 3, weights: int8[8, 3, 3, 3] 37% zero} : [16, 16, 8] q(0.0235, -128)`
 */
export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map((node) => `  ${printNode(graph, node)}`);
  const input = graph.tensors[graph.input]!;
  return [
    `graph ${graph.name}(%${input.name} : ${printTensor(input)}) {`,
    ...lines,
    `  return %${graph.output}`,
    '}',
    '',
  ].join('\n');
}

function printNode(graph: Graph, node: GraphNode): string {
  const inputs = node.inputs.map((name) => `%${name}`).join(', ');
  const attributes = Object.entries(node.attributes).map(
    ([key, value]) => `${key}: ${printAttribute(value)}`,
  );
  const braces = attributes.length === 0 ? '' : ` {${attributes.join(', ')}}`;
  return `%${node.output} = ${node.op}(${inputs})${braces} : ${printTensor(graph.tensors[node.output]!)}`;
}

function printTensor({ shape, quant }: GraphTensor): string {
  return `[${shape.join(', ')}] q(${printNumber(quant.scale)}, ${quant.zeroPoint})`;
}

function printAttribute(value: Attribute): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printNumber(value);
  if ('dtype' in value) return printConstant(value);
  if ('blockRows' in value) return `${value.blockRows}x${value.blockColumns}`;
  return printRange(value);
}

function printConstant({ dtype, shape, data }: TensorData): string {
  let zeros = 0;
  for (const value of data) zeros += value === 0 ? 1 : 0;
  const share = Math.round((100 * zeros) / elementCount(shape));
  return `${dtype}[${shape.join(', ')}] ${share}% zero`;
}

function printRange(values: readonly number[]): string {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return low === high ? printNumber(low) : `${printNumber(low)}..${printNumber(high)}`;
}

/** At most five significant digits: enough to recognise a scale. */
function printNumber(value: number): string {
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(5))}`;
}
