/**
 * @file kernels.c and kernels.h: the functions that were made for single calls of the model. Calls whose function would
 * be the same share one.
 */
import type { CompiledModel } from '../compiled-model.js';
import { symbol } from './c-text.js';
import { specializeCall, type CallText } from './specialize-call.js';

export interface CallFunctions {
  /** The C function that each call calls: one made for it, or the runtime's kernel. */
  readonly callees: readonly string[];
  readonly functions: readonly CallText[];
  /** Include paths of the runtime's headers that the functions are made of. */
  readonly headers: readonly string[];
}

export function callFunctions({ graph, calls }: Pick<CompiledModel, 'graph' | 'calls'>): CallFunctions {
  const made = new Map<string, CallText>();
  const callees = calls.map((call, index) => {
    const own = specializeCall(call, { symbol: symbol(graph.nodes[index]!.name, 'kernel') });
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

export function kernelsSource({ functions }: CallFunctions): string {
  return ['#include "kernels.h"', '', '#include <stddef.h>', '', ...functions.map(({ text }) => text)].join(
    '\n',
  );
}
