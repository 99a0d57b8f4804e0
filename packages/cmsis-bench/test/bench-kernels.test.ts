/** @file The bench: rows from our kernels and the record, the record's form, and what is refused. */
import { describe, expect, it } from '@jest/globals';
import { createRng, findBoard } from '@tinyformer/core';
import { parsePeerArchives } from '../src/baseline/peer-library.js';
import { softmaxScaling } from '../src/baseline/peer-programs.js';
import { formatRecord, parseRecord, recordedKernels, shippedRecord } from '../src/baseline/record.js';
import { benchKernels } from '../src/benchmark/bench-kernels.js';
import { prune } from '../src/benchmark/draw.js';
import { mlperfTiny } from '../src/benchmark/mlperf-tiny.js';
import { namedLayers } from '../src/benchmark/named-layers.js';
import { DEFAULT_SWEEP_SEED, SWEEP_LAYERS, sweepLayers } from '../src/benchmark/sweep-layers.js';
import { distinctRows, kernelTableRow } from '../src/report/kernel-table.js';
import { machineTest } from './support/snippets.js';

const record = shippedRecord();

describe('The bench of kernels', () => {
  machineTest('compares exact results with the record', async () => {
    const layers = namedLayers().filter(({ name }) => name === 'add-8192' || name === 'softmax-64x64');
    const rows = await benchKernels({ layers, cores: ['m4'], record });
    expect(rows.map(({ name, variant, exact }) => [name, variant, exact])).toEqual([
      ['softmax-64x64', 'run-time', true],
      ['softmax-64x64', 'best', true],
      ['add-8192', 'run-time', true],
      ['add-8192', 'best', true],
    ]);
    for (const row of rows) {
      const [recorded] = recordedKernels(record, { name: row.name, core: 'm4', rounding: 'single' });
      expect(row.baseline).toEqual({ ...recorded, source: 'recorded' });
      expect(row.speedup).toBeCloseTo(
        Math.min(recorded!.cycles / row.cycles, recorded!.cyclesHigh / row.cyclesHigh),
      );
      expect(row.instructionRatio).toBeCloseTo(recorded!.instructions / row.instructions);
      expect(row.doubleRounding!.exact).toBe(true);
      expect(row.codeBytes).toBeGreaterThan(100);
      expect(row.stackBytes).toBeGreaterThan(0);
      expect(row.stackBytes).toBeLessThan(4096);
    }
    expect(distinctRows(rows)).toHaveLength(2);
    expect(kernelTableRow(rows[0]!)).toContain('softmax-64x64');
  });

  machineTest('waits for the memory of a board, which the record does not hold', async () => {
    const layers = namedLayers().filter(({ name }) => name === 'add-8192');
    const run = { layers, cores: ['m7'] as const, record, withDoubleRounding: false };
    const [immediate] = await benchKernels(run);
    const [waiting] = await benchKernels({ ...run, board: findBoard('stm32f746') });
    expect(waiting).toMatchObject({ exact: true, instructions: immediate!.instructions, baseline: null });
    // 24 KiB of SRAM are 768 lines; of an input's, each is waited for once, and so is code.
    const board = findBoard('stm32f746').memory;
    expect(waiting!.cycles - immediate!.cycles).toBeGreaterThan((2 * 8192 * board.sramStall.cycles) / 32);
    expect(waiting!.cyclesHigh - waiting!.cycles).toBeGreaterThan(immediate!.cyclesHigh - immediate!.cycles);
  });

  it('refuses a board of another core', async () => {
    const run = { layers: namedLayers(), cores: ['m4'] as const, record, board: findBoard('stm32h743') };
    await expect(benchKernels(run)).rejects.toMatchObject({ code: 'E_BOARD' });
  });

  it('says so when it has nothing to measure', async () => {
    await expect(benchKernels({ layers: [], cores: ['m4'], record })).rejects.toMatchObject({
      code: 'E_LAYERS',
    });
  });
});

describe('The layers', () => {
  it('have their zeros where the pattern says, in every group of rows', () => {
    const values = new Int8Array(5 * 10).fill(1);
    prune(
      createRng(3),
      { values, columns: 10 },
      { blockRows: 2, blockColumns: 4, keptBlocks: 1, columnsPerRun: 5 },
    );
    const rows = Array.from({ length: 5 }, (_, row) => values.slice(row * 10, row * 10 + 10).join(''));
    expect(rows[0]).toBe(rows[1]);
    expect(rows[2]).toBe(rows[3]);
    for (const row of rows) expect(['1111000000', '0000100000', '0000011110', '0000000001']).toContain(row);
  });

  it('of the names have exactly the zeros that their kept blocks leave', () => {
    const zeros = namedLayers()
      .filter(({ name }) => name === 'linear-64x128x128')
      .map(({ draw }) => {
        const weights = draw().candidates[0]!.site.node.attributes['weights'] as { data: Int8Array };
        return weights.data.filter((weight) => weight === 0).length / weights.data.length;
      });
    expect(zeros).toEqual([0, 16 / 32, 26 / 32, 29 / 32, 30 / 32]);
  });

  it('of the sweep are sixty of every op, the same for a seed', () => {
    const names = sweepLayers(7).map(({ name }) => name);
    expect(names).toHaveLength(SWEEP_LAYERS);
    expect(sweepLayers(7).map(({ name }) => name)).toEqual(names);
    expect(sweepLayers(8).map(({ name }) => name)).not.toEqual(names);
    const ops = ['linear', 'conv', 'depthwise', 'softmax', 'add', 'avgpool', 'attention'];
    for (const op of ops)
      expect(names.filter((name) => name.startsWith(`sweep-${op}`)).length).toBeGreaterThan(3);
  });

  it('are drawn alike however often', () => {
    const [layer] = namedLayers().filter(({ name }) => name.startsWith('depthwise'));
    expect(layer!.draw()).toEqual(layer!.draw());
  });
});

describe('The record', () => {
  it('holds every layer of the bench on both cores in both roundings', () => {
    const layers = [...namedLayers(), ...sweepLayers(DEFAULT_SWEEP_SEED)].map(({ name }) => name);
    for (const core of ['m4', 'm7'] as const) {
      for (const rounding of ['single', 'double'] as const) {
        const missing = layers.filter(
          (name) => recordedKernels(record, { name, core, rounding }).length === 0,
        );
        expect(missing).toEqual([]);
      }
    }
  });

  it('reads back as it was written, and refuses what it is not', () => {
    expect(parseRecord(formatRecord(record))).toEqual(record);
    for (const text of ['', '{}', '{"kind":"tinyformer/cmsis-nn-baseline","formatVersion":2,"layers":[]}']) {
      expect(() => parseRecord(text)).toThrow('E_ARTEFACT');
    }
  });
});

describe('What a user hands over', () => {
  it('is read core by core', () => {
    expect(parsePeerArchives('m4=a.a,m7=b/c.a')).toEqual([
      { core: 'm4', archive: 'a.a' },
      { core: 'm7', archive: 'b/c.a' },
    ]);
  });

  it('is refused when it names no core', () => {
    expect(() => parsePeerArchives('m3=a.a')).toThrow('E_CMSIS_NN');
  });
});

describe('The peer’s softmax', () => {
  // TFLite's PreprocessSoftmaxScaling and CalculateInputRadius by hand: 1/16 * 2^26 = 2^22 = 0.5 * 2^23.
  it('is scaled as TFLite scales it', () => {
    expect(softmaxScaling(1 / 16)).toEqual({ multiplier: 2 ** 30, shift: 23, minimumDifference: -248 });
  });
});

describe('The layers of the MLPerf Tiny networks', () => {
  const networks = new Map(mlperfTiny().networks.map((network) => [network.task, network]));

  it('follow one another: what a layer reads is what one before it wrote', () => {
    for (const { layers } of networks.values()) {
      const written = new Set<string>();
      for (const [index, layer] of layers.entries()) {
        if (layer.op === 'add' || layer.op === 'softmax') continue;
        const size = (shape: readonly number[]) => `${shape.reduce((a, b) => a * b)}`;
        if (index > 0) expect(written).toContain(size(layer.input));
        written.add(size(layer.output));
      }
    }
  });

  // As these networks are known to have: 0.26 M, 2.7 M, 7.5 M and 12.5 M.
  it.each([
    ['ad', 264192],
    ['kws', 2656768],
    ['vww', 7489664],
    ['ic', 12501632],
  ])('%s has its products', (task, expected) => {
    const products = networks.get(task)!.layers.map((layer) => {
      if (layer.op !== 'convolution' && layer.op !== 'depthwise' && layer.op !== 'linear') return 0;
      const [height, width, channels] = layer.output;
      const inputs = layer.op === 'depthwise' ? 1 : layer.input[2];
      return height * width * channels * layer.kernel[0] * layer.kernel[1] * inputs;
    });
    expect(products.reduce((a, b) => a + b)).toBe(expected);
  });
});
