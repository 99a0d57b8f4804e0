import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  extractNetwork,
  loadSupernet,
  parseFloatNetwork,
  recalibrateNorm,
  saveFloatNetwork,
  saveSupernet,
  Supernet,
  type FloatNetwork,
} from '@tinyformer/supernas';
import { useTraining } from '@tinyformer/tfjs-wasm-training';
import { TINY_PATH, TINY_SPACE, tinyShapes } from '../tiny.js';

let supernet: Supernet;
let network: FloatNetwork;

beforeAll(async () => {
  await useTraining();
  supernet = Supernet.create(TINY_SPACE, { seed: 4 });
  const statistics = recalibrateNorm(supernet, TINY_PATH, { splits: tinyShapes(), seed: 1, batchSize: 16 });
  network = extractNetwork(supernet, TINY_PATH, statistics);
});
afterAll(() => supernet.dispose());

interface Saved {
  kind: string;
  formatVersion: number;
  architecture: { stem: { channels: number } };
  layers: Record<string, Record<string, { shape: number[]; base64: string }>>;
}

describe('a float network on disk', () => {
  it('comes back as it was, in the same bytes', () => {
    const text = saveFloatNetwork(network);
    expect(parseFloatNetwork(text)).toEqual(network);
    expect(saveFloatNetwork(parseFloatNetwork(text))).toBe(text);
  });

  it('keeps outputs first: convolutions [O, K, K, I], linear layers [O, I]', () => {
    expect(network.layers['stem']!.weights!.shape).toEqual([8, 3, 3, 3]);
    expect(network.layers['stage1.block0.depthwise']!.weights!.shape).toEqual([3, 3, 16]);
    expect(network.layers['stage2.block0.mlp1']!.weights!.shape).toEqual([16, 8]);
    expect(network.layers['stage2.block0.mlp1']!.bias!.shape).toEqual([16]);
  });

  const edited = (edit: (value: Saved) => void) => () => {
    const value = JSON.parse(saveFloatNetwork(network)) as Saved;
    edit(value);
    return parseFloatNetwork(JSON.stringify(value));
  };
  it.each<[string, string, (value: Saved) => void]>([
    ['another format version', 'E_FORMAT_VERSION', (value) => (value.formatVersion = 2)],
    ['another kind', 'E_ARTEFACT', (value) => (value.kind = 'tinyformer/supernet')],
    ['a missing tensor', 'E_ARTEFACT', (value) => delete value.layers['stem']!['gamma']],
    ['a missing layer', 'E_ARTEFACT', (value) => delete value.layers.stem],
    ['an unknown layer', 'E_ARTEFACT', (value) => (value.layers['tail'] = {})],
    ['a tensor of another shape', 'E_ARTEFACT', (value) => (value.layers['stem']!['beta']!.shape = [4])],
    ['truncated elements', 'E_ARTEFACT', (value) => (value.layers['stem']!['beta']!.base64 = 'AAAA')],
    ['a negative size', 'E_ARTEFACT', (value) => (value.architecture.stem.channels = -8)],
  ])('is refused with %s', (_, code, edit) => {
    expect(edited(edit)).toThrow(code);
  });

  it('is refused when the text was cut', () => {
    expect(() => parseFloatNetwork(saveFloatNetwork(network).slice(0, 1000))).toThrow('E_ARTEFACT');
  });
});

describe('a supernet on disk', () => {
  it('comes back with the same weights, in the same bytes', () => {
    const text = saveSupernet(supernet);
    const loaded = loadSupernet(text);
    expect(loaded.training).toBeUndefined();
    expect(saveSupernet(loaded.supernet)).toBe(text);
    loaded.supernet.dispose();
  });

  it('is refused when its weights are those of another space', () => {
    const value = JSON.parse(saveSupernet(supernet));
    value.space.stem.channels = [4, 8, 12];
    expect(() => loadSupernet(JSON.stringify(value))).toThrow('E_ARTEFACT');
  });

  it('is refused when a weight is not finite', () => {
    const value = JSON.parse(saveSupernet(supernet));
    const bias = value.weights['head.classifier/bias'];
    const damaged = Float32Array.from({ length: bias.shape[0] }, () => NaN);
    bias.base64 = Buffer.from(damaged.buffer).toString('base64');
    expect(() => loadSupernet(JSON.stringify(value))).toThrow(/E_ARTEFACT: .*head\.classifier\/bias holds/);
  });

  it('is refused when its moments do not fit its weights', () => {
    const moments = { 'stem/beta': { step: 1, first: new Float32Array(3), second: new Float32Array(3) } };
    const text = saveSupernet(supernet, { step: 1, moments });
    expect(() => loadSupernet(text)).toThrow('E_ARTEFACT');
  });
});
