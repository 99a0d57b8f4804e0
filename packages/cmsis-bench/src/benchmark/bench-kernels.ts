/** @file The bench as a whole: layers, cores and rounding modes in, rows out. */
import { TinyFormerError, type Board } from '@tinyformer/core';
import { loadRuntime, type Rounding } from '@tinyformer/mcu-runtime-c';
import type { PeerLibrary } from '../firmware/layer-firmware.js';
import { CORTEX_M4, CORTEX_M7, type CortexMachine } from '../machine/cortex-machine.js';
import type { PeerCore } from '../baseline/peer-library.js';
import { recordedKernels, type BaselineRecord } from '../baseline/record.js';
import type { BenchLayer, LayerDraft } from './layer.js';
import { makeRows, makeWayRows, type Measurement } from './make-rows.js';
import { measureLayers, type MeasuredLayer } from './measure-layers.js';
import type { BenchRow } from './row.js';

export const BENCH_MACHINES: Readonly<Record<PeerCore, CortexMachine>> = { m4: CORTEX_M4, m7: CORTEX_M7 };

export type PeerLibraries = Readonly<Record<PeerCore, Readonly<Partial<Record<Rounding, PeerLibrary>>>>>;

const NO_LIBRARIES: PeerLibraries = { m4: {}, m7: {} };

export interface BenchKernelsOptions {
  readonly layers: readonly LayerDraft[];
  readonly cores: readonly PeerCore[];
  readonly libraries?: PeerLibraries;
  /** What stands in for a library that is not there; it holds nothing of a board's memory. */
  readonly record: BaselineRecord;
  /**
   * Whose memory both sides wait for, constants in its flash, and for which our kernels are compiled; its core is the only
   * one then. Without, memory answers at once.
   */
  readonly board?: Board | undefined;
  /** Whether both sides are measured in double rounding, too. */
  readonly withDoubleRounding?: boolean;
  /** A row for every way to run a layer instead of one for the fastest of each variant. */
  readonly everyWay?: boolean;
  readonly cacheDirectory?: string | undefined;
  readonly onProgress?: (progress: BenchProgress) => void;
}

export interface BenchProgress {
  /** In [0, 1], of everything. */
  readonly share: number;
  readonly note: string;
}

interface MeasureRun extends Omit<BenchKernelsOptions, 'layers'> {
  readonly core: PeerCore;
  readonly rounding: Rounding;
  readonly report: (share: number, note: string) => void;
}

async function measure(
  layers: readonly BenchLayer[],
  { libraries = NO_LIBRARIES, record, board, cacheDirectory, core, rounding, report }: MeasureRun,
): Promise<Measurement[]> {
  const runtime = await loadRuntime('wasm', { rounding });
  try {
    const measured = await measureLayers(layers, {
      machine: BENCH_MACHINES[core],
      runtime,
      peer: libraries[core][rounding] ?? null,
      board,
      cacheDirectory,
      onProgress: (done, total, note) => {
        report(done / total, `Cortex-${core.toUpperCase()}, ${rounding} rounding, ${note}`);
      },
    });
    return measured.map((layer: MeasuredLayer) => ({
      measured: layer,
      recorded: board ? [] : recordedKernels(record, { name: layer.layer.name, core, rounding }),
    }));
  } finally {
    runtime.dispose();
  }
}

function checkBoard({ name, core }: Board, cores: readonly PeerCore[]): void {
  const other = cores.find((candidate) => BENCH_MACHINES[candidate].name !== core);
  if (other === undefined) return;
  throw new TinyFormerError('E_BOARD', `the ${name} has a ${core}, not an ${other.toUpperCase()}`, {
    hint: 'leave the core to the board',
  });
}

/** @throws E_LAYERS when there is nothing to measure, E_BOARD for a board of another core; what builds and runs throw. */
export async function benchKernels(options: BenchKernelsOptions): Promise<BenchRow[]> {
  const { layers, cores, board, withDoubleRounding = true, everyWay = false, onProgress } = options;
  if (board) checkBoard(board, cores);
  if (layers.length === 0) {
    throw new TinyFormerError('E_LAYERS', 'no layer of the bench has such a name', {
      hint: 'run without --only to see all names',
    });
  }
  const roundings: readonly Rounding[] = withDoubleRounding ? ['single', 'double'] : ['single'];
  const runs = cores.length * roundings.length;
  const drawn = layers.map(({ draw }) => draw());
  let finished = 0;
  const rows: BenchRow[] = [];
  for (const core of cores) {
    const measurements: Measurement[][] = [];
    for (const rounding of roundings) {
      const report = (share: number, note: string) =>
        onProgress?.({ share: (finished + share) / runs, note });
      measurements.push(await measure(drawn, { ...options, core, rounding, report }));
      finished++;
    }
    const [single, double] = measurements;
    for (const [index, measurement] of single!.entries()) {
      const make = everyWay ? makeWayRows : makeRows;
      rows.push(...(await make(core, { single: measurement, double: double?.[index] ?? null })));
    }
  }
  return rows;
}
