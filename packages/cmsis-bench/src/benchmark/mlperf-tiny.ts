/**
 * @file The layers of the four MLPerf Tiny networks, run by CMSIS-NN on the simulated Cortex-M4 and summed, against results
 * that were published for a board: how far the cycle model is from hardware. Weights are random, as no function's path
 * depends on them.
 */
import { readFileSync } from 'node:fs';
import {
  createRng,
  fixedPointFactor,
  TinyFormerError,
  type Board,
  type MemorySystem,
  type Rng,
} from '@tinyformer/core';
import type { Rounding } from '@tinyformer/mcu-runtime-c';
import {
  addProgram,
  softmaxProgram,
  windowProgram,
  type PeerProgram,
  type PeerWindow,
} from '../baseline/peer-programs.js';
import type { PeerFunction } from '../baseline/peer-functions.js';
import { buildLayerFirmware, type PeerLibrary } from '../firmware/layer-firmware.js';
import { CORTEX_M4 } from '../machine/cortex-machine.js';
import { runPrograms, type Cost, type ProgramResult } from '../workload/run-programs.js';
import { drawValues } from './draw.js';

type Triple = readonly [number, number, number];
type Pair = readonly [number, number];

interface WindowLayer {
  readonly op: 'convolution' | 'depthwise' | 'linear' | 'averagePool';
  /** [height, width, channels] */
  readonly input: Triple;
  readonly output: Triple;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly zeroPoints: Pair;
}

type NetworkLayer =
  | WindowLayer
  | { readonly op: 'add'; readonly size: number; readonly zeroPoints: Triple }
  | { readonly op: 'softmax'; readonly columns: number; readonly scale: number };

export interface MlperfNetwork {
  /** `ad`, `kws`, `vww` or `ic`. */
  readonly task: string;
  /** The file that the shapes are of. */
  readonly model: string;
  /** Inferences a second, as published. */
  readonly publishedPerSecond: number;
  readonly layers: readonly NetworkLayer[];
}

interface MlperfFile {
  readonly published: string;
  readonly networks: readonly MlperfNetwork[];
}

const FILE = new URL('../../data/mlperf-tiny.json', import.meta.url);

/** Shapes and published results, with their sources. */
export function mlperfTiny(): MlperfFile {
  return JSON.parse(readFileSync(FILE, 'utf8')) as MlperfFile;
}

const FUNCTIONS: Readonly<Record<WindowLayer['op'], PeerFunction>> = {
  convolution: 'arm_convolve_wrapper_s8',
  depthwise: 'arm_depthwise_conv_wrapper_s8',
  linear: 'arm_fully_connected_s8',
  averagePool: 'arm_avgpool_s8',
};

const sizesOf = ([height, width, channels]: Triple) => ({ height, width, channels });
const pairOf = ([height, width]: Pair) => ({ height, width });

function weightCount({ op, input, output, kernel }: WindowLayer): number {
  const taps = kernel[0] * kernel[1];
  return op === 'depthwise' ? taps * output[2] : taps * input[2] * output[2];
}

/** Of outputs that fill int8 when `depth` products are summed. */
function typicalFactor(depth: number): number {
  return 48 / (74 * 74 * Math.sqrt(depth));
}

function windowLayer(rng: Rng, layer: WindowLayer): PeerProgram {
  const { op, input, output, kernel, stride, padding, zeroPoints } = layer;
  const isPool = op === 'averagePool';
  const outputs = output[2];
  const weights = isPool ? null : drawValues(rng.fork('weights'), weightCount(layer));
  const depth = weights === null ? 1 : weights.length / outputs;
  const window: PeerWindow = {
    ...{ input: sizesOf(input), output: sizesOf(output), kernel: pairOf(kernel), stride: pairOf(stride) },
    padding: { top: padding[0], left: padding[1] },
    inputZeroPoint: zeroPoints[0],
    outputZeroPoint: zeroPoints[1],
    outputMin: -128,
    outputMax: 127,
    weights,
    bias: isPool ? null : new Int32Array(outputs),
    factors: isPool ? [] : Array.from({ length: outputs }, () => fixedPointFactor(typicalFactor(depth))),
  };
  return windowProgram(FUNCTIONS[op], window, drawValues(rng.fork('input'), input[0] * input[1] * input[2]));
}

function peerLayer(rng: Rng, layer: NetworkLayer): PeerProgram {
  if (layer.op === 'softmax') {
    const { columns, scale } = layer;
    return softmaxProgram({ rows: 1, columns, scale }, drawValues(rng, columns));
  }
  if (layer.op !== 'add') return windowLayer(rng, layer);
  const [a, b, output] = layer.zeroPoints;
  const factors = { a: fixedPointFactor(0.4), b: fixedPointFactor(0.5), output: fixedPointFactor(2 ** -19) };
  const operands = ['a', 'b'].map((label) => drawValues(rng.fork(label), layer.size));
  return addProgram({ zeroPoints: { a, b, output }, factors }, [operands[0]!, operands[1]!]);
}

export interface MlperfResult extends Cost {
  readonly task: string;
  readonly layers: readonly (Cost & { readonly kernel: string })[];
  /** Cycles of the network for each place that its code was given; `cycles` is of the first. */
  readonly placedCycles: readonly number[];
  /** With memory that answers at once. */
  readonly zeroWait: Cost;
  /** At the board's clock. */
  readonly publishedCycles: number;
}

export interface MlperfOptions {
  readonly peer: PeerLibrary;
  readonly rounding: Rounding;
  /** A Cortex-M4; results were published for the STM32L4R5. */
  readonly board: Board;
  /** In how many places, 4 bytes apart, code is measured: what a small cache holds depends on it. */
  readonly placements?: number;
  readonly cacheDirectory?: string | undefined;
  readonly onProgress?: (done: number, total: number, note: string) => void;
}

const SEED = 1;
const INSTRUCTION_BYTES = 4;

function sum(costs: readonly Cost[]): Cost {
  const total = (key: keyof Cost) => costs.reduce((sumSoFar, cost) => sumSoFar + cost[key], 0);
  return { instructions: total('instructions'), cycles: total('cycles'), cyclesHigh: total('cyclesHigh') };
}

function costsOf(
  run: readonly ProgramResult[],
  { task, kernels }: { readonly task: string; readonly kernels: readonly string[] },
): MlperfResult['layers'] {
  return run.map(({ calls: [call] }, index) => {
    const kernel = kernels[index]!;
    const { status, instructions, cycles, cyclesHigh } = call!;
    if (status === 0) return { kernel, instructions, cycles, cyclesHigh };
    throw new TinyFormerError('E_CMSIS_NN', `${kernel} refuses layer ${index} of ${task}`, {
      hint: 'link a CMSIS-NN of the recorded commit, built for the Cortex-M4',
      details: { status },
    });
  });
}

function checkBoard({ core, name }: Board): void {
  if (core === CORTEX_M4.name) return;
  throw new TinyFormerError(
    'E_BOARD',
    `the layers are measured on a Cortex-M4, the ${name} has another core`,
    {
      hint: 'choose stm32l4r5, for which results were published',
    },
  );
}

/** The firmware with its code in each of the places. */
async function buildPlacements({
  peer,
  rounding,
  placements = 1,
  cacheDirectory,
}: MlperfOptions): Promise<readonly [first: string, ...others: string[]]> {
  const build = async (place: number) => {
    const codeOffsetBytes = INSTRUCTION_BYTES * place;
    const { elf } = await buildLayerFirmware({
      ...{ machine: CORTEX_M4, rounding, specialised: [], peer, codeOffsetBytes, cacheDirectory },
    });
    return elf;
  };
  const first = await build(0);
  const others = [];
  for (let place = 1; place < placements; place++) others.push(await build(place));
  return [first, ...others];
}

/** @throws E_BOARD for a board with another core, E_CMSIS_NN when the library refuses a layer; what builds and runs throw. */
export async function benchMlperfTiny(options: MlperfOptions): Promise<MlperfResult[]> {
  const { board, cacheDirectory, onProgress } = options;
  checkBoard(board);
  const [elf, ...moved] = await buildPlacements(options);
  const results: MlperfResult[] = [];
  const { networks } = mlperfTiny();
  for (const { task, layers, publishedPerSecond } of networks) {
    onProgress?.(results.length, networks.length, task);
    const peers = layers.map((layer, index) => peerLayer(createRng(SEED).fork(`${task} ${index}`), layer));
    const kernels = peers.map(({ kernel }) => kernel);
    const measure = async (placed: string, memory?: MemorySystem) => {
      const programs = peers.map(({ program }) => program);
      const run = { machine: CORTEX_M4, elf: placed, memory, cacheDirectory };
      return costsOf(await runPrograms(programs, run), { task, kernels });
    };
    const measured = await measure(elf, board.memory);
    const total = sum(measured);
    const placedCycles = [total.cycles];
    for (const placed of moved) placedCycles.push(sum(await measure(placed, board.memory)).cycles);
    results.push({
      task,
      ...total,
      layers: measured,
      placedCycles,
      zeroWait: sum(await measure(elf)),
      publishedCycles: Math.round(board.clockHz / publishedPerSecond),
    });
  }
  return results;
}
