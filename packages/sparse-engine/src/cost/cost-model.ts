/**
 * @file The cost of an architecture with a sparsity pattern, before there are weights: the compiler's own passes, byte
 * formulas and memory planner on an outline of the network, so that its flash and SRAM are those of the compiled model.
 */
import {
  elementCount,
  keptBlocksPerGroup,
  type Architecture,
  type Board,
  type Cost,
  type CostModel,
  type LayerSparsity,
  type SparsityPattern,
} from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { chooseEncoding, encodingOfPattern } from '../encoding/choose-encoding.js';
import { DENSE, type Encoding, type MatrixShape } from '../encoding/encoding.js';
import { storedWeights } from '../encoding/formats.js';
import { buildGraph } from '../frontend/build-graph.js';
import { siteOf, type Site } from '../ir/graph.js';
import { planMemory } from '../memory/plan-memory.js';
import { defaultScratchSource, scratchBytesOf, type ScratchSource } from '../memory/scratch.js';
import { definitionOf } from '../ops/index.js';
import { runPasses } from '../passes/index.js';
import { ESTIMATED_LATENCY } from './estimated-latency.js';
import { estimateCycles, type LatencyTable, type Workload } from './latency.js';
import { outlineNetwork } from './outline-network.js';

/** What does not depend on the board. */
interface Outline extends Pick<Cost, 'flashBytes' | 'sramBytes' | 'macs' | 'nonZeroMacs'> {
  readonly workloads: readonly Workload[];
}

export interface CostModelOptions {
  /** Cycles a kernel; estimates unless given. */
  readonly latency?: LatencyTable;
  /** Whom to ask for scratch sizes; the WebAssembly kernels unless given. */
  readonly runtime?: ScratchSource;
}

const CACHE_LIMIT = 16384;

/** Loads the kernels' WebAssembly build once; after that `estimate` is synchronous and remembers its answers. */
export async function createCostModel({
  latency = ESTIMATED_LATENCY,
  runtime,
}: CostModelOptions = {}): Promise<CostModel> {
  const source = runtime ?? (await defaultScratchSource());
  const outlines = new Map<string, Outline>();
  return {
    estimate: (architecture, { board, sparsity = {} }) => {
      const key = JSON.stringify([architecture, sparsity]);
      let outline = outlines.get(key);
      if (outline === undefined) {
        outline = outlineOf(architecture, { sparsity, source });
        if (outlines.size >= CACHE_LIMIT) outlines.clear();
        outlines.set(key, outline);
      }
      return costOn(outline, { board, latency });
    },
  };
}

/** What each kernel of a compiled model is asked to do, in the order of its layers. */
export function modelWorkloads({ graph, encodings }: Pick<CompiledModel, 'graph' | 'encodings'>): Workload[] {
  return graph.nodes.map((node, index) => workloadOf(siteOf(graph, node), encodings[index]!));
}

/** The cost of a compiled model, its cycles estimated by the same table. */
export function modelCost(
  model: CompiledModel,
  { board, latency = ESTIMATED_LATENCY }: { readonly board: Board; readonly latency?: LatencyTable },
): Cost {
  const { graph, encodings, layers, flashBytes, sramBytes } = model;
  const sum = (key: 'macs' | 'nonZeroMacs') => layers.reduce((total, layer) => total + layer[key], 0);
  const workloads = modelWorkloads({ graph, encodings });
  const outline = { flashBytes, sramBytes, macs: sum('macs'), nonZeroMacs: sum('nonZeroMacs'), workloads };
  return costOn(outline, { board, latency });
}

function costOn(
  { workloads, ...outline }: Outline,
  { board, latency }: { readonly board: Board; readonly latency: LatencyTable },
): Cost {
  const cycles = estimateCycles(workloads, latency[board.core]);
  return { ...outline, cycles, latencyMs: (1000 * cycles) / board.clockHz };
}

interface OutlineOptions {
  readonly sparsity: SparsityPattern;
  readonly source: ScratchSource;
}

function outlineOf(architecture: Architecture, { sparsity, source }: OutlineOptions): Outline {
  const graph = runPasses(buildGraph(outlineNetwork(architecture, sparsity)), () => undefined);
  const parts = graph.nodes.map((node) => outlineNode(siteOf(graph, node), { source, sparsity }));
  const sum = (key: 'flashBytes' | 'macs' | 'nonZeroMacs') =>
    parts.reduce((total, part) => total + part[key], 0);
  const plan = planMemory(
    graph,
    parts.map(({ scratchBytes }) => scratchBytes),
  );
  return {
    flashBytes: sum('flashBytes'),
    sramBytes: plan.arenaBytes,
    macs: sum('macs'),
    nonZeroMacs: sum('nonZeroMacs'),
    workloads: parts.map(({ workload }) => workload),
  };
}

function outlineNode(site: Site, { sparsity, source }: OutlineOptions) {
  const definition = definitionOf(site.node);
  const matrix = definition.weights(site);
  const pattern = sparsity[site.node.name];
  const isPruned = matrix !== null && pattern !== undefined;
  const candidate = isPruned ? encodingOfPattern(matrix, pattern) : null;
  const encoding = matrix === null ? DENSE : chooseEncoding(matrix, candidate);
  const kernel = definition.kernel(encoding);
  const macs = definition.macs(site);
  return {
    flashBytes: definition.constantBytes(site, encoding),
    scratchBytes: scratchBytesOf(source, { kernel, geometry: definition.geometry(site, encoding) }),
    macs,
    nonZeroMacs: Math.round(macs * (isPruned ? keptShare(matrix, pattern) : 1)),
    workload: workloadOf(site, encoding),
  };
}

/** The share of a row's weights that lie in kept blocks. */
function keptShare({ columns }: MatrixShape, pattern: LayerSparsity): number {
  return Math.min(1, (keptBlocksPerGroup(columns, pattern) * pattern.blockColumns) / columns);
}

function workloadOf(site: Site, encoding: Encoding): Workload {
  const definition = definitionOf(site.node);
  const matrix = definition.weights(site);
  const share = matrix === null ? 1 : storedWeights(matrix, encoding) / (matrix.rows * matrix.columns);
  return {
    kernel: definition.kernel(encoding),
    executedMacs: definition.macs(site) * share,
    outputs: elementCount(site.output.shape),
    inputs: site.inputs.reduce((sum, { shape }) => sum + elementCount(shape), 0),
  };
}
