/** @file The checker catches every broken invariant, and passes keep the network's meaning. */
import { describe, expect, it } from '@jest/globals';
import { createRng, InternalError, tensorData } from '@tinyformer/core';
import {
  buildGraph,
  OPS,
  PASSES,
  runPasses,
  runReference,
  verifyGraph,
  type Graph,
  type GraphNode,
  type QuantizedNetwork,
} from '@tinyformer/sparse-engine';
import { arbitraryQuantizedNetwork, randomImage } from '@tinyformer/test-kit';
import fc from 'fast-check';

const quant = { scale: 1, zeroPoint: 0 };
const tensor = (name: string) => ({ name, shape: [1, 1, 4], quant });
const adds = (name: string, inputs: readonly string[]): GraphNode => ({
  name,
  op: 'add',
  inputs,
  output: name,
  attributes: {},
});
const lookup = (name: string, input: string, table: (x: number) => number): GraphNode => {
  const entries = Int8Array.from({ length: 256 }, (_, index) => table(index - 128));
  const attributes = { function: 'test', table: tensorData(entries) };
  return { name, op: 'lookup', inputs: [input], output: name, attributes };
};
const graphOf = (nodes: readonly GraphNode[], output = nodes.at(-1)!.output): Graph => ({
  name: 'small',
  tensors: Object.fromEntries(
    ['input', ...nodes.map((node) => node.output)].map((name) => [name, tensor(name)]),
  ),
  nodes,
  input: 'input',
  output,
});
const check = (graph: Graph) => verifyGraph(graph, OPS);

describe('the checker', () => {
  const graph = graphOf([adds('a', ['input', 'input']), adds('b', ['a', 'input'])]);

  it('accepts a graph in order', () => {
    expect(check(graph)).toBe(graph);
  });

  it.each([
    ['reads a tensor before it is written', { ...graph, nodes: graph.nodes.toReversed() }],
    ['writes a tensor twice', { ...graph, nodes: [...graph.nodes, { ...graph.nodes[1]!, name: 'c' }] }],
    ['names two nodes alike', { ...graph, nodes: [...graph.nodes, { ...graph.nodes[1]!, output: 'c' }] }],
    ['has an output that nothing writes', { ...graph, output: 'c' }],
    ['has a tensor that nothing writes', { ...graph, tensors: { ...graph.tensors, c: tensor('c') } }],
    ['files a tensor under another name', { ...graph, tensors: { ...graph.tensors, b: tensor('c') } }],
    ['has an unknown op', { ...graph, nodes: [{ ...graph.nodes[0]!, op: 'gemm' }, graph.nodes[1]!] }],
    ['reads too few tensors', graphOf([adds('a', ['input'])])],
  ])('refuses a graph that %s', (_, broken) => {
    expect(() => check(broken)).toThrow(InternalError);
  });

  it('refuses shapes that do not follow from the inputs', () => {
    const tensors = { ...graph.tensors, b: { ...tensor('b'), shape: [1, 4, 1] } };
    expect(() => check({ ...graph, tensors })).toThrow(/E_NETWORK: b \(add\)/);
  });
});

describe('attention', () => {
  it('over more tokens than the kernel takes is refused', () => {
    const shape = [182, 182, 8];
    const attention: QuantizedNetwork = {
      kind: 'tinyformer/quantized-network',
      formatVersion: 1,
      toolVersion: '0.0.0',
      seed: 1,
      name: 'wide',
      input: { shape, quant },
      layers: [
        {
          name: 'a',
          op: 'attention',
          inputs: ['input', 'input', 'input'],
          heads: 4,
          output: { shape, quant },
        },
      ],
      classes: Array.from({ length: 8 }, (_, index) => `${index}`),
    };
    expect(() => check(buildGraph(attention))).toThrow(/E_NETWORK: a .*33124 tokens/);
  });
});

describe('the passes', () => {
  it('keep every output of random networks', () => {
    fc.assert(
      fc.property(arbitraryQuantizedNetwork(), (network: QuantizedNetwork) => {
        const graph = buildGraph(network);
        const image = randomImage(createRng(1), network.input.shape);
        const expected = runReference({ graph }, image);
        expect(runReference({ graph: runPasses(graph, check) }, image)).toEqual(expected);
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  it('turn pointwise convolutions into linear layers', () => {
    fc.assert(
      fc.property(arbitraryQuantizedNetwork(), (network: QuantizedNetwork) => {
        const { nodes } = runPasses(buildGraph(network), check);
        const pointwise = nodes.filter(
          ({ op, attributes }) =>
            op === 'convolution' && attributes['kernel'] === 1 && attributes['stride'] === 1,
        );
        expect(pointwise).toEqual([]);
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  it('drop what changes nothing and what nothing needs', () => {
    const graph = graphOf(
      [
        lookup('negate', 'input', (x) => Math.min(127, -x)),
        lookup('same', 'negate', (x) => x),
        lookup('dead', 'negate', (x) => x >> 1),
        adds('sum', ['same', 'negate']),
      ],
      'sum',
    );
    const { nodes, tensors } = runPasses(graph, check);
    expect(nodes.map(({ name, inputs }) => [name, ...inputs])).toEqual([
      ['negate', 'input'],
      ['sum', 'negate', 'negate'],
    ]);
    expect(Object.keys(tensors)).toEqual(['input', 'negate', 'sum']);
  });

  it('keep a node that copies the input to the output', () => {
    const graph = graphOf([lookup('same', 'input', (x) => x)]);
    expect(runPasses(graph, check).nodes).toHaveLength(1);
  });

  it('have names', () => {
    expect(PASSES.map(({ name }) => name)).toEqual(['simplify-nodes', 'drop-identities', 'drop-dead-nodes']);
  });
});
