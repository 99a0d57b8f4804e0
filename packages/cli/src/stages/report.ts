/** @file The report: every figure of a run in one artefact, made from the others and from the compiled model alone. */
import { parseArtefact, TOOL_VERSION, type ArtefactHeader } from '@tinyformer/core';
import {
  modelCost,
  parseQuantizedNetwork,
  type LayerSummary,
  type QuantizedNetwork,
} from '@tinyformer/sparse-engine';
import { renderReport } from './report-table.js';
import { toJson } from '../output/out-folder.js';
import type { DatasetSummary } from '../run/data-source.js';
import { readAccuracy } from './accuracy.js';
import { readBaseline } from './baseline.js';
import { compileRunNetwork } from './compile.js';
import { readDatasetSummary } from './dataset.js';
import { FILES } from './files.js';
import { readMachines, type MachineFindings } from './machines.js';
import { readSearch } from './sparsenas.js';
import type { Stage, StageContext } from './stage.js';

const HEADER = { kind: 'tinyformer/report', formatVersion: 1 } as const;

export interface ReportedMachine {
  readonly name: string;
  /** Equal to the plain loops in every value of every layer; null where the machine could not run. */
  readonly exact: boolean | null;
  readonly samples: number;
  /** Per image; null where the machine does not count. */
  readonly instructions: number | null;
  /** Per image, an estimate: from `cycles` to `cyclesHigh`. */
  readonly cycles: number | null;
  readonly cyclesHigh: number | null;
  readonly remark: string | null;
}

export interface ReportedLayer extends LayerSummary {
  /** Per image. */
  readonly instructions: { readonly m4: number | null; readonly m7: number | null };
}

export interface Report extends ArtefactHeader<'tinyformer/report'> {
  /** What trained the networks. */
  readonly engine: string;
  readonly smoke: boolean;
  readonly board: string;
  readonly dataset: Omit<DatasetSummary, 'digest'>;
  /** Shares of the test images. */
  readonly accuracy: { readonly float: number; readonly int8: number };
  readonly linearBaselineAccuracy: number;
  /** Sparse paths whose accuracy the search measured. */
  readonly candidates: number;
  /** Weights, biases, scales and offsets of the deployed network, zeros included. */
  readonly parameters: number;
  /** Non-zero share of the weights of convolutions and linear layers. */
  readonly density: number;
  readonly macs: number;
  readonly nonZeroMacs: number;
  readonly flashBytes: number;
  readonly sramBytes: number;
  readonly sramLowerBoundBytes: number;
  /** On the board, by the cost model: an estimate. */
  readonly latencyMs: number;
  readonly machines: readonly ReportedMachine[];
  readonly layers: readonly ReportedLayer[];
}

export const reportStage: Stage = {
  name: 'report',
  title: 'Writing the report',
  outputs: [FILES.reportText, FILES.report],
  async run(context) {
    const report = await makeReport(context);
    context.folder.write(FILES.reportText, renderReport(report));
    context.folder.write(FILES.report, toJson(report));
    return context.folder.pathOf(FILES.report);
  },
};

/** @throws E_ARTEFACT, E_FORMAT_VERSION */
export function parseReport(text: string): Report {
  return parseArtefact(text, HEADER) as unknown as Report;
}

async function makeReport(context: StageContext): Promise<Report> {
  const { settings, folder } = context;
  const network = parseQuantizedNetwork(folder.read(FILES.network));
  const model = await compileRunNetwork(context);
  const { float, int8, agreements } = readAccuracy(context);
  const cores = readMachines(context);
  const { name, note, train, validation, test } = readDatasetSummary(context);
  const { macs, nonZeroMacs, latencyMs } = modelCost(model, { board: settings.board });
  return {
    ...HEADER,
    toolVersion: TOOL_VERSION,
    seed: settings.seed,
    engine: settings.engine,
    smoke: settings.smoke,
    board: settings.board.name,
    dataset: { name, note, train, validation, test },
    accuracy: { float, int8 },
    linearBaselineAccuracy: readBaseline(context).testAccuracy,
    candidates: readSearch(folder.read(FILES.sparsenas)).measured,
    ...weightFigures(network),
    macs,
    nonZeroMacs,
    flashBytes: model.flashBytes,
    sramBytes: model.sramBytes,
    sramLowerBoundBytes: model.sramLowerBoundBytes,
    latencyMs,
    machines: [
      ...agreements.map((agreement) => ({ ...agreement, ...NOT_COUNTED })),
      ...cores.map(toReported),
    ],
    layers: model.layers.map((layer) => ({ ...layer, instructions: instructionsOf(layer.name, cores) })),
  };
}

const NOT_COUNTED = { instructions: null, cycles: null, cyclesHigh: null };

function toReported({
  name,
  exact,
  samples,
  instructions,
  cycles,
  cyclesHigh,
  remark,
}: MachineFindings): ReportedMachine {
  return { name, exact, samples, instructions, cycles, cyclesHigh, remark };
}

function instructionsOf(layer: string, cores: readonly MachineFindings[]): ReportedLayer['instructions'] {
  const on = (core: string) =>
    cores.find(({ name }) => name === core)?.layers.find(({ name }) => name === layer)?.instructions ?? null;
  return { m4: on('cortex-m4'), m7: on('cortex-m7') };
}

/** Parameters, and the density over convolutions and linear layers. */
function weightFigures({ layers }: QuantizedNetwork): Pick<Report, 'parameters' | 'density'> {
  let parameters = 0;
  let weights = 0;
  let nonZero = 0;
  for (const layer of layers) {
    for (const value of Object.values(layer)) parameters += elementsOf(value);
    if (layer.op !== 'convolution' && layer.op !== 'linear') continue;
    weights += layer.weights.data.length;
    for (const weight of layer.weights.data) nonZero += weight === 0 ? 0 : 1;
  }
  return { parameters, density: nonZero / weights };
}

function elementsOf(field: unknown): number {
  const data = (field as { readonly data?: ArrayLike<number> } | null)?.data;
  return data === undefined ? 0 : data.length;
}
