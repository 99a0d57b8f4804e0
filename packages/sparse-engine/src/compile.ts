/** @file Compilation as a sentence: check, build the graph, run the passes, choose encodings, make the calls, plan memory. */
import { elementCount, InternalError, type Board } from '@tinyformer/core';
import { findKernel, type KernelParams } from '@tinyformer/mcu-runtime-c';
import { checkBoard } from './check-board.js';
import type { CompiledModel, KernelCall, LayerSummary } from './compiled-model.js';
import { DENSE, type Encoding } from './encoding/encoding.js';
import { describeLayout } from './encoding/formats.js';
import { checkLayerNames, encodingFor, type RequestedEncodings } from './encoding/requested-encoding.js';
import { buildGraph } from './frontend/build-graph.js';
import { checkNetwork } from './frontend/check-network.js';
import type { QuantizedNetwork } from './frontend/quantized-network.js';
import { siteOf, type Graph, type Site } from './ir/graph.js';
import { verifyGraph } from './ir/verify-graph.js';
import { planMemory } from './memory/plan-memory.js';
import { defaultScratchSource, type ScratchSource } from './memory/scratch.js';
import { definitionOf, OPS } from './ops/index.js';
import { runPasses } from './passes/index.js';

export interface CompileOptions {
  /** When given, a model that does not fit it is refused, and kernels are written for its instruction cache. */
  readonly board?: Board;
  /** Whom to ask for scratch sizes; the WebAssembly kernels unless given. */
  readonly runtime?: ScratchSource;
  /** Encodings of weights in place of the compiler's choice. */
  readonly encodings?: RequestedEncodings;
}

/**
 * Compiles a network for a board. Touches no disk.
 * @throws E_NAME, E_NETWORK, E_QUANTIZATION, E_ACCUMULATOR for what the network says; E_ENCODING for encodings that its
 * layers cannot have; E_SRAM, E_FLASH for the board.
 */
export async function compile(
  network: QuantizedNetwork,
  { board, runtime, encodings: requested = {} }: CompileOptions = {},
): Promise<CompiledModel> {
  const source = runtime ?? (await defaultScratchSource());
  checkNetwork(network);
  const graph = optimise(buildGraph(network));
  const encodings = chooseEncodings(graph, requested);
  const calls = makeCalls(graph, { encodings, source });
  const plan = planMemory(
    graph,
    calls.map(({ kernel, params }) => source.scratchBytes(kernel, params)),
  );
  const layers = summarise(graph, encodings, calls);
  const model: CompiledModel = {
    graph,
    classes: network.classes,
    seed: network.seed,
    board: board ?? null,
    calls,
    encodings,
    plan,
    flashBytes: layers.reduce((sum, layer) => sum + layer.flashBytes, 0),
    sramBytes: plan.arenaBytes,
    sramLowerBoundBytes: plan.lowerBoundBytes,
    layers,
  };
  if (board !== undefined) checkBoard(model, board);
  return model;
}

function optimise(graph: Graph): Graph {
  const check = (candidate: Graph) => verifyGraph(candidate, OPS);
  check(graph);
  return runPasses(graph, check);
}

function chooseEncodings(graph: Graph, requested: RequestedEncodings): readonly Encoding[] {
  const matrices = graph.nodes.map((node) => definitionOf(node).weights(siteOf(graph, node)));
  const encoded = graph.nodes.filter((_, index) => matrices[index] !== null);
  checkLayerNames(
    requested,
    encoded.map(({ name }) => name),
  );
  return graph.nodes.map(({ name }, index) => {
    const weights = matrices[index]!;
    return weights === null ? DENSE : encodingFor({ ...weights, name }, requested);
  });
}

function makeCalls(
  graph: Graph,
  { encodings, source }: { readonly encodings: readonly Encoding[]; readonly source: ScratchSource },
): readonly KernelCall[] {
  return graph.nodes.map((node, index) => {
    const definition = definitionOf(node);
    const site = siteOf(graph, node);
    const encoding = encodings[index]!;
    const kernel = definition.kernel(encoding);
    const { struct } = findKernel(source.manifest, kernel).entry;
    const params = { ...definition.geometry(site, encoding), ...definition.constants(site, encoding) };
    return { kernel, struct, params: params as KernelParams };
  });
}

function summarise(
  graph: Graph,
  encodings: readonly Encoding[],
  calls: readonly KernelCall[],
): readonly LayerSummary[] {
  return graph.nodes.map((node, index) => {
    const definition = definitionOf(node);
    const site = siteOf(graph, node);
    const encoding = encodings[index]!;
    const flashBytes = constantBytesOf(calls[index]!);
    if (flashBytes !== definition.constantBytes(site, encoding)) {
      throw new InternalError(`${node.name} has ${flashBytes} bytes of constants, its op foretells others`);
    }
    const density = densityOf(site);
    const macs = definition.macs(site);
    return {
      name: node.name,
      op: node.op,
      encoding: definition.encodings.length === 0 ? 'none' : describeLayout(encoding),
      density,
      macs,
      nonZeroMacs: Math.round(macs * density),
      flashBytes,
    };
  });
}

function densityOf(site: Site): number {
  const weights = definitionOf(site.node).weights(site);
  if (weights === null) return 1;
  let nonZero = 0;
  for (const value of weights.values) nonZero += value === 0 ? 0 : 1;
  return nonZero / elementCount([weights.rows, weights.columns]);
}

function constantBytesOf({ params }: KernelCall): number {
  return Object.values(params).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? 0 : value.byteLength),
    0,
  );
}
