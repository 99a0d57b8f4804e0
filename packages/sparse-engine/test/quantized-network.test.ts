/** @file The file format of quantised networks: what is saved comes back, what is wrong is refused with code and place. */
import { describe, expect, it } from '@jest/globals';
import { createRng, TinyFormerError } from '@tinyformer/core';
import {
  compile,
  parseQuantizedNetwork,
  saveQuantizedNetwork,
  type QuantizedLayer,
  type QuantizedNetwork,
} from '@tinyformer/sparse-engine';
import { arbitraryQuantizedNetwork, TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import fc from 'fast-check';
import { buildGraph } from '../src/frontend/build-graph.js';

const network: QuantizedNetwork = tinyQuantizedNetwork(createRng(1), { architecture: TINY_ARCHITECTURE });
const text = saveQuantizedNetwork(network);

type Json = Record<string, unknown>;
/** The saved network with a change made to its JSON. */
const edited = (change: (json: Json & { layers: Json[] }) => void): string => {
  const json = JSON.parse(text) as Json & { layers: Json[] };
  change(json);
  return JSON.stringify(json);
};
const withLayer = (index: number, change: object): QuantizedNetwork => ({
  ...network,
  layers: network.layers.map((layer, i) =>
    i === index ? ({ ...layer, ...change } as QuantizedLayer) : layer,
  ),
});
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof TinyFormerError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('a saved network', () => {
  it('comes back as it was, and saves to the same text', () => {
    fc.assert(
      fc.property(arbitraryQuantizedNetwork(), (given: QuantizedNetwork) => {
        const saved = saveQuantizedNetwork(given);
        const parsed = parseQuantizedNetwork(saved);
        expect(parsed).toEqual(given);
        expect(saveQuantizedNetwork(parsed)).toBe(saved);
      }),
      { numRuns: 10, seed: 1 },
    );
  });

  it.each([
    ['a truncated text', text.slice(0, 1000), 'E_ARTEFACT'],
    ['another kind of artefact', '{"kind":"tinyformer/float-network","formatVersion":1}', 'E_ARTEFACT'],
    ['another format version', edited((json) => (json['formatVersion'] = 2)), 'E_FORMAT_VERSION'],
    ['a field that is not known', edited((json) => (json['extra'] = 1)), 'E_ARTEFACT'],
    ['an op that is not known', edited(({ layers }) => (layers[0]!['op'] = 'gemm')), 'E_ARTEFACT'],
    ['a scale of zero', edited(({ layers }) => (layers[0]!['weightScales'] = [0])), 'E_ARTEFACT'],
    ['no layers', edited((json) => (json['layers'] = [])), 'E_ARTEFACT'],
    [
      'a truncated tensor',
      edited(({ layers }) => ((layers[0]!['weights'] as Json)['base64'] = 'AAAA')),
      'E_ARTEFACT',
    ],
    [
      'a gigantic tensor',
      edited(({ layers }) => ((layers[0]!['weights'] as Json)['shape'] = [65536, 65536])),
      'E_ARTEFACT',
    ],
  ])('with %s is refused', (_, damaged, code) => {
    expect(codeOf(() => parseQuantizedNetwork(damaged))).toBe(code);
  });

  it('of before attention was fused is read without the quantisation of its scores', () => {
    const old = edited(({ layers }) => {
      const attention = layers.find(({ op }) => op === 'attention')!;
      attention['scores'] = { scale: 0.05, zeroPoint: -4 };
    });
    expect(parseQuantizedNetwork(old)).toEqual(network);
  });

  it('keeps the mask and the pruned heads of attention, and refuses heads that are not there', () => {
    const withHeads = (prunedHeads: number[]) =>
      edited(({ layers }) => {
        const attention = layers.find(({ op }) => op === 'attention')!;
        Object.assign(attention, { mask: { after: 0, valid: 3 }, prunedHeads });
      });
    const parsed = parseQuantizedNetwork(withHeads([1]));
    const layer = parsed.layers.find(({ op }) => op === 'attention');
    expect(layer).toMatchObject({ mask: { after: 0, valid: 3 }, prunedHeads: [1] });
    const { attributes } = buildGraph(parsed).nodes.find(({ op }) => op === 'attention')!;
    expect(attributes).toEqual({ heads: 2, before: 4, after: 0, valid: 3, prunedHeads: 2 });
    expect(() => parseQuantizedNetwork(withHeads([2]))).toThrow(/E_NETWORK: .* prunes the head 2/);
  });

  it('says where it is wrong', () => {
    const damaged = edited(({ layers }) => (layers[2]!['stride'] = 3));
    expect(() => parseQuantizedNetwork(damaged)).toThrow(/layers\.2\.stride: .*found 3\./);
  });
});

describe('a name', () => {
  it.each([
    ['#include "x"'],
    ['a-b'],
    ['1st'],
    ['a..b'],
    ['a__b'],
    ['a_'],
    ['*/ int x; /*'],
    ['ä'],
    ['a\nb'],
    ['int'],
    ['input'],
  ])('%j is refused', (name) => {
    const renamed = edited(({ layers }) => (layers.at(-1)!['name'] = name));
    expect(codeOf(() => parseQuantizedNetwork(renamed))).toBe('E_NAME');
  });

  it('that becomes the identifier of another layer is refused', () => {
    const renamed = edited(({ layers }) => (layers.at(-1)!['name'] = 'stage1_block0_expand'));
    expect(() => parseQuantizedNetwork(renamed)).toThrow(/E_NAME: .*stage1\.block0\.expand/);
  });
});

describe('a network made in memory', () => {
  const weights = network.layers[0] as Extract<QuantizedLayer, { weights: unknown }>;
  it.each([
    ['reads a later layer', withLayer(0, { inputs: ['head.pool'] }), 'E_NETWORK'],
    ['reads too many inputs', withLayer(0, { inputs: ['input', 'input'] }), 'E_NETWORK'],
    ['has weights of another shape', withLayer(0, { kernel: 5 }), 'E_NETWORK'],
    ['has too few weight scales', withLayer(0, { weightScales: [1] }), 'E_NETWORK'],
    [
      'has fewer weights than their shape',
      withLayer(0, { weights: { ...weights.weights, data: new Int8Array(9) } }),
      'E_NETWORK',
    ],
    ['has an empty tensor', withLayer(0, { output: { ...weights.output, shape: [0, 4, 8] } }), 'E_SHAPE'],
    ['has a tensor of two axes', withLayer(0, { output: { ...weights.output, shape: [16, 8] } }), 'E_SHAPE'],
    [
      'has a gigantic tensor',
      withLayer(0, { output: { ...weights.output, shape: [1e9, 1e9, 8] } }),
      'E_SHAPE',
    ],
    ['names too few classes', { ...network, classes: ['one'] }, 'E_NETWORK'],
    [
      'has a NaN scale',
      withLayer(0, { weightScales: weights.weightScales.map(() => NaN) }),
      'E_QUANTIZATION',
    ],
    [
      'has a weight of -128',
      withLayer(0, { weights: { ...weights.weights, data: weights.weights.data.map(() => -128) } }),
      'E_QUANTIZATION',
    ],
    [
      'could overflow its accumulator',
      withLayer(0, { bias: { ...weights.bias, data: weights.bias.data.map(() => 2 ** 31 - 1) } }),
      'E_ACCUMULATOR',
    ],
    [
      'has scales that are worlds apart',
      withLayer(0, { weightScales: weights.weightScales.map(() => 1e9) }),
      'E_QUANTIZATION',
    ],
    [
      'changes the scale when it pools',
      withLayer(
        network.layers.findIndex(({ op }) => op === 'globalAveragePool'),
        {
          output: { shape: [1, 1, 16], quant: { scale: 1, zeroPoint: 0 } },
        },
      ),
      'E_NETWORK',
    ],
    [
      'says a shape that its layers do not have',
      withLayer(0, { output: { ...network.layers[0]!.output, shape: [5, 4, 8] } }),
      'E_NETWORK',
    ],
  ])('that %s is refused', async (_, wrong, code) => {
    await expect(compile(wrong)).rejects.toMatchObject({ code });
  });
});
