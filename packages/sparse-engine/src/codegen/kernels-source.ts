/**
 * @file kernels.c and kernels.h: the functions that were made for single calls of the model. Calls whose function would
 * be the same share one.
 */
import type { Board } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { symbol } from './c-text.js';
import { generateCall } from './generate-call.js';
import { loopLimit } from './loop-limit.js';
import { specializeCall, type CallText } from './specialize-call.js';

export interface CallFunctionOptions {
  /** Layers that run as straight-line code where it can be made for them (`straightLineLayers`); none unless given. */
  readonly straightLine?: readonly string[] | undefined;
}

export interface StraightLineLayer {
  readonly layer: string;
  /** About what the code takes in flash, beside the weights. */
  readonly codeBytes: number;
}

type CalledModel = Pick<CompiledModel, 'graph' | 'calls'>;

/** The layers for which straight-line code can be made. */
export function straightLineLayers({ graph, calls }: CalledModel): readonly StraightLineLayer[] {
  return calls.flatMap((call, index) => {
    const layer = graph.nodes[index]!.name;
    const generated = generateCall(call, { symbol: symbol(layer, 'kernel') });
    return generated === null ? [] : [{ layer, codeBytes: generated.codeBytes }];
  });
}

export interface CallFunctions {
  /** The C function that each call calls: one made for it, or the runtime's kernel. */
  readonly callees: readonly string[];
  readonly functions: readonly CallText[];
  /** Include paths of the runtime's headers that the functions are made of. */
  readonly headers: readonly string[];
}

export function callFunctions(
  { graph, calls }: CalledModel,
  { straightLine = [] }: CallFunctionOptions = {},
): CallFunctions {
  const made = new Map<string, CallText>();
  const callees = calls.map((call, index) => {
    const { name } = graph.nodes[index]!;
    const options = { symbol: symbol(name, 'kernel') };
    const own =
      (straightLine.includes(name) ? generateCall(call, options) : null) ?? specializeCall(call, options);
    if (own === null) return call.kernel;
    const key = own.text.replaceAll(own.symbol, '');
    if (!made.has(key)) made.set(key, own);
    return made.get(key)!.symbol;
  });
  const functions = [...made.values()];
  const headers = functions.flatMap(({ text }) =>
    [...text.matchAll(/^#include "(.+)"$/gm)].map(([, path]) => path!),
  );
  return { callees, functions, headers: [...new Set(headers)] };
}

export function kernelsHeader({ functions }: CallFunctions): string {
  return [
    '/* Kernels with the shape of a layer compiled in; each has the signature of the kernel that it stands for. */',
    '#ifndef KERNELS_H',
    '#define KERNELS_H',
    '',
    '#include "tfr/tfr_params.h"',
    '#include "tfr/tfr_types.h"',
    '',
    ...functions.map(({ prototype }) => `${prototype};`),
    '',
    '#endif',
    '',
  ].join('\n');
}

/** For the board that the model was compiled for, if there is one. */
export function kernelsSource({ functions }: CallFunctions, board: Board | null): string {
  const head = ['#include "kernels.h"', '', '#include <stddef.h>', '', ...loopLimit(board)];
  return [...head, ...functions.map(({ text }) => text)].join('\n');
}
