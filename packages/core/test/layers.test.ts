/** @file What an architecture means, checked by hand on one small enough to write down. */
import { describe, expect, it } from '@jest/globals';
import { expandArchitecture, weightMatrixShape, type Architecture, type Layer } from '../src/index.js';

const small: Architecture = {
  input: { height: 9, width: 8, channels: 3 },
  classes: 5,
  stem: { channels: 4, kernel: 3, stride: 2 },
  stages: [
    {
      kind: 'convolution',
      channels: 4,
      stride: 1,
      blocks: [
        { kernel: 3, expansion: 1 },
        { kernel: 5, expansion: 2 },
      ],
    },
    { kind: 'transformer', width: 6, stride: 2, blocks: [{ heads: 2, mlpRatio: 3 }] },
  ],
};

const line = ({ name, op, inputs, inputShape, outputShape }: Layer): string =>
  `${name} ${op}(${inputs.join(', ')}) [${inputShape.join(' ')}] -> [${outputShape.join(' ')}]`;

describe('expandArchitecture', () => {
  const layers = expandArchitecture(small);

  it('lists names, wiring and shapes in execution order', () => {
    expect(layers.map(line)).toEqual([
      'stem convolution(input) [9 8 3] -> [5 4 4]',
      'stage1.block0.depthwise depthwise(stem) [5 4 4] -> [5 4 4]',
      'stage1.block0.project convolution(stage1.block0.depthwise) [5 4 4] -> [5 4 4]',
      'stage1.block0.add add(stem, stage1.block0.project) [5 4 4] -> [5 4 4]',
      'stage1.block1.expand convolution(stage1.block0.add) [5 4 4] -> [5 4 8]',
      'stage1.block1.depthwise depthwise(stage1.block1.expand) [5 4 8] -> [5 4 8]',
      'stage1.block1.project convolution(stage1.block1.depthwise) [5 4 8] -> [5 4 4]',
      'stage1.block1.add add(stage1.block0.add, stage1.block1.project) [5 4 4] -> [5 4 4]',
      'stage2.embed convolution(stage1.block1.add) [5 4 4] -> [3 2 6]',
      'stage2.block0.norm1 layerNorm(stage2.embed) [3 2 6] -> [3 2 6]',
      'stage2.block0.query linear(stage2.block0.norm1) [3 2 6] -> [3 2 6]',
      'stage2.block0.key linear(stage2.block0.norm1) [3 2 6] -> [3 2 6]',
      'stage2.block0.value linear(stage2.block0.norm1) [3 2 6] -> [3 2 6]',
      'stage2.block0.attention attention(stage2.block0.query, stage2.block0.key, stage2.block0.value) [3 2 6] -> [3 2 6]',
      'stage2.block0.output linear(stage2.block0.attention) [3 2 6] -> [3 2 6]',
      'stage2.block0.add1 add(stage2.embed, stage2.block0.output) [3 2 6] -> [3 2 6]',
      'stage2.block0.norm2 layerNorm(stage2.block0.add1) [3 2 6] -> [3 2 6]',
      'stage2.block0.mlp1 linear(stage2.block0.norm2) [3 2 6] -> [3 2 18]',
      'stage2.block0.gelu gelu(stage2.block0.mlp1) [3 2 18] -> [3 2 18]',
      'stage2.block0.mlp2 linear(stage2.block0.gelu) [3 2 18] -> [3 2 6]',
      'stage2.block0.add2 add(stage2.block0.add1, stage2.block0.mlp2) [3 2 6] -> [3 2 6]',
      'head.pool globalAveragePool(stage2.block0.add2) [3 2 6] -> [1 1 6]',
      'head.classifier linear(head.pool) [1 1 6] -> [1 1 5]',
    ]);
  });

  it('gives kernels, strides, activations and heads to the layers that have them', () => {
    const byName = Object.fromEntries(layers.map((layer) => [layer.name, layer]));
    expect(byName['stem']).toMatchObject({ kernel: 3, stride: 2, activation: 'relu6' });
    expect(byName['stage1.block1.depthwise']).toMatchObject({ kernel: 5, stride: 1, activation: 'relu6' });
    expect(byName['stage1.block1.project']).toMatchObject({ kernel: 1, activation: 'none' });
    expect(byName['stage2.embed']).toMatchObject({ kernel: 3, stride: 2, activation: 'none' });
    expect(byName['stage2.block0.attention']).toMatchObject({ heads: 2 });
  });

  it('adds the input of a block only where shapes and stride allow it', () => {
    const stage = {
      kind: 'convolution',
      channels: 4,
      stride: 2,
      blocks: [{ kernel: 3, expansion: 2 }],
    } as const;
    const names = expandArchitecture({ ...small, stages: [stage] }).map(({ name }) => name);
    expect(names).not.toContain('stage1.block0.add');
  });

  it('enters a transformer stage of stride 1 by a 1x1 convolution', () => {
    const stages = [{ kind: 'transformer', width: 6, stride: 1, blocks: [] }] as const;
    expect(expandArchitecture({ ...small, stages })[1]).toMatchObject({ name: 'stage1.embed', kernel: 1 });
  });

  it('refuses heads that do not divide the width', () => {
    const stages = [
      { kind: 'transformer', width: 6, stride: 1, blocks: [{ heads: 4, mlpRatio: 2 }] },
    ] as const;
    expect(() => expandArchitecture({ ...small, stages })).toThrow(
      'E_ARCHITECTURE: stage1.block0: width 6 is not divisible by 4 heads',
    );
  });

  it.each([0, -2, 1.5, Number.NaN])('refuses %p stem channels', (channels) => {
    const stem = { channels, kernel: 3, stride: 1 } as const;
    expect(() => expandArchitecture({ ...small, stem })).toThrow(
      /^E_ARCHITECTURE: stem would have the shape/,
    );
  });
});

describe('weightMatrixShape', () => {
  it('sees convolutions and linear layers as [outputs, inputs] and nothing else', () => {
    const shapes = Object.fromEntries(
      expandArchitecture(small).map((layer) => [layer.name, weightMatrixShape(layer)]),
    );
    expect(shapes['stem']).toEqual({ rows: 4, columns: 27 });
    expect(shapes['stage2.block0.mlp1']).toEqual({ rows: 18, columns: 6 });
    expect(shapes['stage1.block0.depthwise']).toBeNull();
    expect(shapes['stage2.block0.norm1']).toBeNull();
  });
});
