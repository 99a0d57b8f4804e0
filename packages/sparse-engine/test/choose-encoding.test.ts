/** @file Which encoding weights get: the compiler's choice, and what a user asks for. */
import { describe, expect, it } from '@jest/globals';
import { createRng, DEFAULT_BLOCK } from '@tinyformer/core';
import {
  chooseWeightEncoding,
  compile,
  decodeWeights,
  definitionOf,
  parseLayout,
  parseRequestedEncodings,
  type EncodingLayout,
  type Matrix,
} from '@tinyformer/sparse-engine';
import { TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';

const weights = (keep: (row: number, column: number) => boolean): Matrix => ({
  rows: 8,
  columns: 64,
  values: Int8Array.from({ length: 8 * 64 }, (_, i) => (keep(Math.floor(i / 64), i % 64) ? 1 : 0)),
});
const half = weights((_, column) => column < 32);
const full = weights(() => true);
const scattered = weights((row, column) => (column + 5 * row) % 16 === 0);
const clustered = weights((row, column) => column >> 3 === row);

describe("the compiler's choice", () => {
  it('follows the pattern of a pruned layer', () => {
    expect(chooseWeightEncoding(half, DEFAULT_BLOCK)).toMatchObject({ kind: 'balanced', blocksPerRow: 8 });
    expect(chooseWeightEncoding(half, { blockRows: 1, blockColumns: 8 })).toEqual({
      kind: 'balanced',
      blockColumns: 8,
      blocksPerRow: 4,
    });
  });

  it('is dense with an unknown pattern, and when nothing is saved', () => {
    expect(chooseWeightEncoding(half, { blockRows: 3, blockColumns: 5 }).kind).toBe('dense');
    expect(chooseWeightEncoding(full, DEFAULT_BLOCK).kind).toBe('dense');
  });

  it('walks a pattern row by row where no kernel takes its rows together', () => {
    expect(chooseWeightEncoding(half, { blockRows: 3, blockColumns: 4 }).kind).toBe('balanced');
  });

  it('finds the smallest encoding of zeros that follow no pattern, if there are many', () => {
    expect(chooseWeightEncoding(half, null).kind).toBe('dense');
    expect(chooseWeightEncoding(scattered, null)).toMatchObject({ kind: 'runlength', blockColumns: 2 });
    expect(chooseWeightEncoding(clustered, null)).toEqual({
      kind: 'runlength',
      blockColumns: 8,
      blocks: 8,
    });
  });
});

describe('the choice for depthwise weights', () => {
  const depthwise = (rows: number, kept: number, fasterShare: number): Matrix => ({
    rows,
    columns: 16,
    values: Int8Array.from({ length: rows * 16 }, (_, i) => (i < kept * 16 ? 1 : 0)),
    window: { fasterShare },
  });

  it('is the kept taps where they are few', () => {
    expect(chooseWeightEncoding(depthwise(9, 3, 1 / 3), null)).toEqual({ kind: 'taps', blocks: 12 });
  });

  it('is dense where kept taps would be slower or larger', () => {
    expect(chooseWeightEncoding(depthwise(9, 4, 1 / 3), null).kind).toBe('dense');
    expect(chooseWeightEncoding(depthwise(25, 25, 1), null).kind).toBe('dense');
  });

  it('is made by the compiler for a layer that has such zeros', async () => {
    const network = tinyQuantizedNetwork(createRng(3), { architecture: TINY_ARCHITECTURE });
    const named = network.layers.find(({ op }) => op === 'depthwise')!;
    const layers = network.layers.map((layer) => {
      if (layer.op !== 'depthwise') return layer;
      const { weights } = layer;
      const kept = weights.data.map((weight, i) => (i < layer.weights.shape[2]! ? weight : 0));
      return { ...layer, weights: { ...weights, data: kept } };
    });
    const encodingOf = async (changed: typeof network) =>
      (await compile(changed)).layers.find(({ name }) => name === named.name)!.encoding;
    expect(await encodingOf(network)).toBe('dense');
    expect(await encodingOf({ ...network, layers })).toBe('taps');
  });
});

describe('the names of encodings', () => {
  it.each<[string, EncodingLayout]>([
    ['dense', { kind: 'dense' }],
    ['csr', { kind: 'csr' }],
    ['taps', { kind: 'taps' }],
    ['panel-2x8', { kind: 'panel', blockRows: 2, blockColumns: 8, isDense: false }],
    ['packed-4x4', { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: true }],
    ['balanced-1x16', { kind: 'balanced', blockColumns: 16 }],
    ['runlength-1x2', { kind: 'runlength', blockColumns: 2 }],
  ])('read %s', (text, layout) => expect(parseLayout(text)).toEqual(layout));

  it.each([
    '',
    'sparse',
    'panel',
    'panel-4x8',
    'packed-2x8',
    'balanced-2x4',
    'runlength-1x3',
    'csr-1x4',
    'dense-2x4',
  ])('refuse %j', (text) => expect(() => parseLayout(text)).toThrow(/^E_ENCODING/));
});

describe('requests of a command line', () => {
  it('name a layer, or mean all', () => {
    expect(parseRequestedEncodings(['a=csr', 'dense', 'b.c=panel-4x4', 'a=dense'])).toEqual({
      all: { kind: 'dense' },
      layers: {
        a: { kind: 'dense' },
        'b.c': { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: false },
      },
    });
    expect(parseRequestedEncodings([])).toEqual({ layers: {} });
  });

  it('refuse what is no encoding', () => {
    expect(() => parseRequestedEncodings(['a='])).toThrow(/^E_ENCODING: there is no encoding ""/);
  });
});

describe('requested encodings', () => {
  const network = () => tinyQuantizedNetwork(createRng(3), { architecture: TINY_ARCHITECTURE, density: 0.5 });

  it('mix across layers, hold the same weights, and leave the others to the compiler', async () => {
    const layers = {
      stem: { kind: 'csr' },
      'stage1.block0.expand': { kind: 'balanced', blockColumns: 8 },
      'stage2.block0.mlp1': { kind: 'runlength', blockColumns: 4 },
      'stage2.block0.mlp2': { kind: 'panel', blockRows: 4, blockColumns: 4, isDense: false },
      'head.classifier': { kind: 'dense' },
    } as const;
    const model = await compile(network(), { encodings: { layers } });
    const chosen = await compile(network());
    model.graph.nodes.forEach(({ name }, index) => {
      const encoding = model.encodings[index]!;
      if (Object.hasOwn(layers, name)) {
        expect(encoding).toMatchObject(layers[name as keyof typeof layers]);
      } else expect(encoding).toEqual(chosen.encodings[index]);
      const [stream, other] = [model, chosen].map(({ calls }) => calls[index]!.params['weights']);
      if (!(stream instanceof Int8Array) || encoding.kind === chosen.encodings[index]!.kind) return;
      const { tensors, nodes } = model.graph;
      const node = nodes[index]!;
      const site = {
        node,
        inputs: node.inputs.map((input) => tensors[input]!),
        output: tensors[node.output]!,
      };
      const weights = definitionOf(node).weights(site)!;
      for (const [bytes, { kind }] of [
        [stream, encoding],
        [other as Int8Array, chosen.encodings[index]!],
      ] as const) {
        expect(decodeWeights(bytes, { ...weights, kind }).values).toEqual(weights.values);
      }
    });
  });

  it('for all layers are passed over where the shape has none', async () => {
    const model = await compile(network(), { encodings: { all: { kind: 'balanced', blockColumns: 16 } } });
    const kinds = new Set(model.layers.map(({ encoding }) => encoding));
    expect(kinds.has('balanced 1x16')).toBe(true);
    expect(kinds.size).toBeGreaterThan(2);
  });

  it('are refused for a layer that is not there, or is too narrow', async () => {
    const request = (name: string) =>
      compile(network(), { encodings: { layers: { [name]: { kind: 'balanced', blockColumns: 16 } } } });
    await expect(request('stage9')).rejects.toThrow(/^E_ENCODING: there is no layer "stage9"/);
    await expect(request('toString')).rejects.toThrow(/^E_ENCODING: there is no layer "toString"/);
    await expect(request('stage1.block0.expand')).rejects.toThrow(
      /^E_ENCODING: stage1.block0.expand has 16 x 8/,
    );
  });
});
