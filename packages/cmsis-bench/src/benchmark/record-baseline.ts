/** @file Measures CMSIS-NN on every layer of the bench, for the record that ships with the package. */
import { TinyFormerError } from '@tinyformer/core';
import { loadRuntime, type Rounding } from '@tinyformer/mcu-runtime-c';
import { machineHash } from '../baseline/machine-hash.js';
import type { PeerCore } from '../baseline/peer-library.js';
import { RECORD_KIND, type BaselineRecord, type RecordedLayer } from '../baseline/record.js';
import { compilerVersion } from '../machine/compile.js';
import { requireTool } from '../machine/tools.js';
import { BENCH_MACHINES, type BenchProgress, type PeerLibraries } from './bench-kernels.js';
import type { LayerDraft } from './layer.js';
import { measureLayers, type MeasuredLayer } from './measure-layers.js';

export interface RecordBaselineOptions {
  readonly layers: readonly LayerDraft[];
  /** Each core with a library of each rounding. */
  readonly libraries: PeerLibraries;
  /** Of the CMSIS-NN that the user has built, as the user says. */
  readonly commit: string;
  readonly flags: string;
  readonly cacheDirectory?: string | undefined;
  readonly onProgress?: (progress: BenchProgress) => void;
}

const RUNS = (['m4', 'm7'] as const).flatMap((core) =>
  (['single', 'double'] as const).map((rounding) => ({ core, rounding })),
);

/** One layer a name: zeros in its weights change nothing for a dense library. */
function distinct(layers: readonly LayerDraft[]): LayerDraft[] {
  return [...new Map([...layers].reverse().map((layer) => [layer.name, layer])).values()].reverse();
}

function toRecord(
  { layer, peers }: MeasuredLayer,
  { core, rounding }: { core: PeerCore; rounding: Rounding },
): RecordedLayer {
  const wrong = peers.find(({ exact }) => exact === false);
  if (wrong) {
    throw new TinyFormerError(
      'E_CMSIS_NN',
      `${wrong.kernel} gives other values for ${layer.name} than TFLite's rules`,
      {
        hint: `check that the ${rounding}-rounding library was named for ${core}`,
      },
    );
  }
  const kernels = peers.map(({ kernel, instructions, cycles, cyclesHigh }) => ({
    ...{ kernel, instructions, cycles, cyclesHigh },
  }));
  return { name: layer.name, core, rounding, kernels };
}

/** @throws E_CMSIS_NN when a library is missing or computes something else. */
export async function recordBaseline({
  layers,
  libraries,
  commit,
  flags,
  cacheDirectory,
  onProgress,
}: RecordBaselineOptions): Promise<BaselineRecord> {
  const recorded: RecordedLayer[] = [];
  for (const [run, { core, rounding }] of RUNS.entries()) {
    const peer = libraries[core][rounding];
    if (!peer) {
      throw new TinyFormerError(
        'E_CMSIS_NN',
        `there is no ${rounding}-rounding library for the Cortex-${core.toUpperCase()}`,
        {
          hint: 'a record needs both cores with CMSIS_NN_USE_SINGLE_ROUNDING and without: --cmsis-nn m4=A.a,m4=B.a,m7=C.a,m7=D.a',
        },
      );
    }
    const runtime = await loadRuntime('wasm', { rounding });
    const measured = await measureLayers(
      distinct(layers).map(({ draw }) => draw()),
      {
        ...{ machine: BENCH_MACHINES[core], runtime, peer, cacheDirectory },
        onProgress: (done, total, note) =>
          onProgress?.({
            share: (run + done / total) / RUNS.length,
            note: `${core}, ${rounding} rounding, ${note}`,
          }),
      },
    );
    runtime.dispose();
    recorded.push(...measured.map((layer) => toRecord(layer, { core, rounding })));
  }
  const [compiler] = (await compilerVersion(await requireTool('arm-none-eabi-gcc'))).split('\n');
  return {
    kind: RECORD_KIND,
    formatVersion: 1,
    ...{
      library: 'ARM-software/CMSIS-NN',
      commit,
      compiler: compiler!,
      flags,
      machineHash: await machineHash(),
    },
    layers: recorded,
  };
}
