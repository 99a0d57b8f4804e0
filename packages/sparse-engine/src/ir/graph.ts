/**
 * @file The graph: the engine's intermediate representation. Plain readonly data; passes make new graphs. Every tensor is
 * int8 with one scale and zero point, is written by one node, and the nodes stand in the order in which they run.
 */
import {
  InternalError,
  type BlockShape,
  type QuantParams,
  type Shape,
  type TensorData,
} from '@tinyformer/core';

/** Of one tensor: 64 MiB, far more than any microcontroller has. */
export const MAX_ELEMENTS = 2 ** 26;

export interface GraphTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly quant: QuantParams;
}

export type Attribute = number | string | null | readonly number[] | BlockShape | TensorData;
export type Attributes = Readonly<Record<string, Attribute>>;

export interface GraphNode<A extends Attributes = Attributes> {
  /** Unique; the name of the layer it comes from, or that name with a part appended. */
  readonly name: string;
  /** A key of the op table. */
  readonly op: string;
  /** Names of the tensors read. */
  readonly inputs: readonly string[];
  /** Name of the tensor written. */
  readonly output: string;
  /** What the op's definition says: constants, geometry. */
  readonly attributes: A;
}

export interface Graph {
  readonly name: string;
  readonly tensors: Readonly<Record<string, GraphTensor>>;
  readonly nodes: readonly GraphNode[];
  /** Name of the tensor that holds the image. */
  readonly input: string;
  /** Name of the tensor that holds the result. */
  readonly output: string;
}

/** A node together with the tensors that it reads and writes: what an op definition is asked about. */
export interface Site<A extends Attributes = Attributes> {
  readonly node: GraphNode<A>;
  readonly inputs: readonly GraphTensor[];
  readonly output: GraphTensor;
}

/** A node of the graph with its tensors. */
export function siteOf(graph: Graph, node: GraphNode): Site {
  const tensor = (name: string): GraphTensor => {
    const found = graph.tensors[name];
    if (found === undefined) throw new InternalError(`${node.name} names the unknown tensor ${name}`);
    return found;
  };
  return { node, inputs: node.inputs.map(tensor), output: tensor(node.output) };
}

/** Positions of a feature map [height, width, channels]; tokens of a sequence. */
export function positionCount(shape: Shape): number {
  return shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
}

export function channelCount(shape: Shape): number {
  return shape.at(-1)!;
}
