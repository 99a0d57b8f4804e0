/** @file Does a model fit its board? If not, the error says by how much and which layer to shrink. */
import { elementCount, formatBytes, TinyFormerError, type Board } from '@tinyformer/core';
import type { CompiledModel } from './compiled-model.js';

/** @throws E_SRAM, E_FLASH */
export function checkBoard(model: CompiledModel, board: Board): void {
  if (model.sramBytes > board.sramBytes) failSram(model, board);
  if (model.flashBytes > board.flashBytes) failFlash(model, board);
}

function failSram({ graph, plan, sramBytes }: CompiledModel, board: Board): never {
  const peak = graph.nodes[plan.peakNode]!;
  const tensors = [...peak.inputs, peak.output].map((name) => graph.tensors[name]!);
  const largest = tensors.reduce((a, b) => (elementCount(b.shape) > elementCount(a.shape) ? b : a));
  throw new TinyFormerError(
    'E_SRAM',
    `layer ${plan.peakNode} (${peak.name}) needs ${formatBytes(sramBytes)}, ${board.name} has ${formatBytes(board.sramBytes)}`,
    {
      hint: `make ${largest.name} [${largest.shape.join(', ')}] smaller: fewer channels or an earlier stride`,
      details: { sramBytes, limit: board.sramBytes, layer: peak.name },
    },
  );
}

function failFlash({ layers, flashBytes }: CompiledModel, board: Board): never {
  const largest = layers.reduce((a, b) => (b.flashBytes > a.flashBytes ? b : a));
  throw new TinyFormerError(
    'E_FLASH',
    `the constants need ${formatBytes(flashBytes)}, ${board.name} has ${formatBytes(board.flashBytes)}`,
    {
      hint: `prune more or use fewer channels; the largest layer is ${largest.name} with ${formatBytes(largest.flashBytes)}`,
      details: { flashBytes, limit: board.flashBytes, layer: largest.name },
    },
  );
}
