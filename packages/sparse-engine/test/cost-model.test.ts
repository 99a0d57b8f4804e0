/** @file The cost model foretells what the compiler measures: the same flash, SRAM and MACs for the same structure. */
import { describe, expect, it } from '@jest/globals';
import {
  createRng,
  expandArchitecture,
  findBoard,
  weightMatrixShape,
  type Architecture,
  type LayerSparsity,
  type SparsityPattern,
} from '@tinyformer/core';
import { compile, createCostModel, ESTIMATED_LATENCY, modelCost } from '@tinyformer/sparse-engine';
import { CASE_KERNELS } from '@tinyformer/sparse-engine/testing';
import {
  arbitraryArchitecture,
  arbitraryBlock,
  TINY_ARCHITECTURE,
  tinyQuantizedNetwork,
} from '@tinyformer/test-kit';
import fc from 'fast-check';

const board = findBoard('stm32f746');

function everywhere(architecture: Architecture, sparsity: LayerSparsity): SparsityPattern {
  const prunable = expandArchitecture(architecture).filter((layer) => weightMatrixShape(layer) !== null);
  return Object.fromEntries(prunable.map(({ name }) => [name, sparsity]));
}

describe('the cost model', () => {
  it('gives the flash, SRAM, MACs and cycles of the compiled network', async () => {
    const costModel = await createCostModel();
    const density = fc.constantFrom(0.1, 0.3, 0.5, 1);
    await fc.assert(
      fc.asyncProperty(
        arbitraryArchitecture(),
        arbitraryBlock(),
        density,
        async (architecture, block, kept) => {
          const network = tinyQuantizedNetwork(createRng(1), { architecture, block, density: kept });
          const model = await compile(network);
          const sparsity = everywhere(architecture, { ...block, density: kept });
          const estimate = costModel.estimate(architecture, { board, sparsity });
          const { flashBytes, sramBytes, macs } = model.layers.reduce(
            (sum, layer) => ({
              ...sum,
              flashBytes: sum.flashBytes + layer.flashBytes,
              macs: sum.macs + layer.macs,
            }),
            { flashBytes: 0, sramBytes: model.sramBytes, macs: 0 },
          );
          expect(estimate).toMatchObject({ flashBytes, sramBytes, macs });
          expect(estimate.cycles).toBe(modelCost(model, { board }).cycles);
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it('takes every layer as dense unless the pattern names it', async () => {
    const costModel = await createCostModel();
    const network = tinyQuantizedNetwork(createRng(1), { architecture: TINY_ARCHITECTURE });
    const layers = network.layers.map((layer) =>
      'sparsity' in layer ? { ...layer, sparsity: null } : layer,
    );
    const { flashBytes } = await compile({ ...network, layers });
    const cost = costModel.estimate(TINY_ARCHITECTURE, { board });
    expect(cost.flashBytes).toBe(flashBytes);
    expect(cost.nonZeroMacs).toBe(cost.macs);
  });

  it('counts fewer non-zero MACs, bytes and cycles the more is pruned', async () => {
    const costModel = await createCostModel();
    const wide: Architecture = { ...TINY_ARCHITECTURE, stem: { channels: 64, kernel: 5, stride: 1 } };
    const costs = [1, 0.5, 0.25].map((density) =>
      costModel.estimate(wide, {
        board,
        sparsity: everywhere(wide, { blockRows: 2, blockColumns: 4, density }),
      }),
    );
    for (const key of ['nonZeroMacs', 'flashBytes', 'cycles'] as const) {
      const values = costs.map((cost) => cost[key]);
      expect(values.toSorted((a, b) => b - a)).toEqual(values);
      expect(new Set(values).size).toBe(3);
    }
  });

  it('computes latency from the clock and takes measured cycles in place of estimates', async () => {
    const unit = { default: { perMac: 1, perOutput: 0, perInput: 0 } };
    const costModel = await createCostModel({ latency: { 'cortex-m4': unit, 'cortex-m7': unit } });
    const cost = costModel.estimate(TINY_ARCHITECTURE, { board: { ...board, clockHz: 1e6 } });
    expect(cost.cycles).toBe(cost.macs);
    expect(cost.latencyMs).toBeCloseTo(cost.macs / 1000, 9);
  });

  it.each(['cortex-m4', 'cortex-m7'] as const)('has an estimate for every kernel on the %s', (core) => {
    expect(Object.keys(ESTIMATED_LATENCY[core])).toEqual(['default', ...CASE_KERNELS]);
  });
});
