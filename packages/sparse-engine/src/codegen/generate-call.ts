/**
 * @file Straight-line code for one call of a sparse linear layer: every row pair's blocks at constant offsets, from the
 * halves of which the run-time kernel is made too (tfr_panel_straight.h). It saves a step of 3 cycles a block and a loop a
 * pair, and costs about 110 bytes of code a block: for small, hot, very sparse layers with flash to spare.
 */
import type { KernelCall } from '../compiled-model.js';
import { readPanelHeader, type PanelHeader } from './panel-constants.js';
import { callPrototype, fixedParams, type CallText } from './specialize-call.js';

export interface GenerateOptions {
  readonly symbol: string;
  /**
   * Rows are grouped so that a group's code fits so many bytes: a group sees all tokens before the next one is fetched.
   * Such a function needs scratch memory for all tokens. Unless given, all rows are one group.
   */
  readonly instructionCacheBytes?: number;
}

export interface GeneratedCall extends CallText {
  /** Scratch memory in place of what the kernel asks for. */
  readonly scratchBytes: number;
  /** About what the function takes in flash; its weights come on top, as for the kernel. */
  readonly codeBytes: number;
}

const BLOCK_CODE_BYTES = 112;
const PAIR_CODE_BYTES = 150;
const QUAD_BYTES = 8;
/** Limits of immediate offsets: of quads in a tile, of outputs four tokens apart. */
const MAX_QUADS = 127;
const MAX_OUTPUTS = 1023;
/** Of a layer: above it a second row's sums would be shifted too far (TFR_MAX_NEAR_SHIFT). Of rows: the smallest. */
const MAX_LAYER_SHIFT = 46;
const MIN_SHIFT = 33;
/** With more of the blocks kept the gain is below 8% and the code several times the dense weights. */
const MAX_DENSITY = 0.25;

interface Block {
  /** Bytes from the group's first offset to the block's weights. */
  readonly at: number;
  readonly quad: number;
}

/** The generated function of a call, or null for one that straight-line code is not made for. */
export function generateCall(
  call: KernelCall,
  { symbol, instructionCacheBytes = Infinity }: GenerateOptions,
): GeneratedCall | null {
  if (call.kernel !== 'tfr_linear_panel_s8') return null;
  const header = readPanelHeader(call);
  if (!isEligible(call, header)) return null;
  const { tokens, inputs } = call.params as Record<string, number>;
  const pairs = pairBlocks(call, header);
  const perPair = PAIR_CODE_BYTES + header.blocks * BLOCK_CODE_BYTES;
  const pairsPerGroup = Math.max(1, Math.min(pairs.length, Math.floor(instructionCacheBytes / perPair)));
  const isWhole = pairsPerGroup === pairs.length;
  const tileBytes = 4 * QUAD_BYTES * Math.ceil(inputs! / 4);
  const prototype = callPrototype(symbol, { struct: call.struct, inputs: 1 });
  const lines = [
    '#include "linear/tfr_linear_straight.h"',
    '',
    `${prototype} {`,
    ...fixedParams(call),
    `  TFR_LINEAR_STRAIGHT_OPEN(${header.text})`,
    ...(isWhole ? [] : ['  TFR_LINEAR_STRAIGHT_WIDEN']),
    ...groupsOf(pairs, pairsPerGroup).flatMap((group, index) => [
      `  TFR_LINEAR_STRAIGHT_BEGIN(${index * pairsPerGroup}, ${isWhole ? 0 : tileBytes})`,
      ...group.map((blocks, pair) => pairText(blocks, 2 * (index * pairsPerGroup + pair))),
      '  TFR_LINEAR_STRAIGHT_END',
    ]),
    '  TFR_LINEAR_STRAIGHT_CLOSE',
    '}',
    '',
  ];
  const scratchBytes = isWhole ? tileBytes : tileBytes * (tokens! / 4);
  return { symbol, prototype, text: lines.join('\n'), scratchBytes, codeBytes: pairs.length * perPair };
}

function isEligible({ params }: KernelCall, header: PanelHeader): boolean {
  const { tokens, inputs, outputs } = params as Record<string, number>;
  const isShifted = header.hasRowShifts ? header.shift >= MIN_SHIFT : header.shift <= MAX_LAYER_SHIFT;
  const isPaired = header.blockRows === 2 && header.blockQuads === 1 && header.rows % 2 === 0;
  const isSparse = !header.isDense && header.blocks > 0 && 4 * header.blocks <= MAX_DENSITY * inputs!;
  const isReached = inputs! <= 4 * MAX_QUADS && outputs! <= MAX_OUTPUTS && tokens! % 4 === 0;
  return isShifted && isPaired && isSparse && isReached;
}

/** The blocks of each row pair. */
function pairBlocks({ params }: KernelCall, header: PanelHeader): readonly (readonly Block[])[] {
  const { buffer, byteOffset, byteLength } = params['weights'] as Int8Array;
  const stream = new DataView(buffer, byteOffset, byteLength);
  return Array.from({ length: header.rows / 2 }, (_, pair) => {
    const first = header.groupsAt + pair * header.groupBytes + 8;
    let offset = 0;
    return Array.from({ length: header.blocks }, (__, block): Block => {
      const word = 20 * (block >> 1);
      offset += stream.getInt16(first + word + 2 * (block & 1), true);
      return { at: word + 4 + 8 * (block & 1), quad: offset / (4 * QUAD_BYTES) };
    });
  });
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, group) =>
    items.slice(group * size, (group + 1) * size),
  );
}

function pairText(blocks: readonly Block[], row: number): string {
  const factors = 4 * Math.ceil(blocks.length / 2) + 8 * blocks.length;
  const place = ({ at, quad }: Block) => `${at}, ${quad}`;
  const texts = blocks.map((block, index) => {
    const next = blocks[index + 1];
    if (next === undefined) return `TFR_STRAIGHT_${index === 0 ? 'ONLY' : 'LAST'}(${place(block)})`;
    return `TFR_STRAIGHT_${index === 0 ? 'FIRST' : 'NEXT'}(${place(block)}, ${place(next)})`;
  });
  return [`  TFR_STRAIGHT_PAIR(${row}, ${factors},`, ...texts.map((text) => `    ${text}`), '  )'].join('\n');
}
