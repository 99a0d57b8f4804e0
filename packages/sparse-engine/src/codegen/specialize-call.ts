/**
 * @file A kernel for one call: C text that defines a function with the kernel's own signature in which the call's shape is
 * compiled in. The text copies no code: it includes the runtime's header whose always-inline body the kernel itself is made
 * of and hands it constants instead of the fields of the parameter struct. Arrays (weights, tables) stay data.
 */
import type { KernelCall } from '../compiled-model.js';
import { depthwiseConstants, depthwisePrelude } from './depthwise-loops.js';
import { walkerConstants, walkerPrelude } from './depthwise-walkers.js';
import { panelConstants } from './panel-constants.js';

/** How the specialised function of a kernel is written; one line a kernel in {@link SPECIALIZERS}. */
export interface Specializer {
  /** The runtime's header that defines the body, as an include path. */
  readonly header: string;
  /** The always-inline body: (const struct *params, extra constants..., inputs..., output, scratch). */
  readonly body: string;
  readonly inputs: 1 | 2 | 3;
  /** The numbers of the struct that are compiled in; all of them unless given. Fewer let more calls share a function. */
  readonly fixed?: readonly string[];
  /** Constants that the body wants beside the numbers of the struct, as C expressions; null: keep the general kernel. */
  readonly constants?: (call: KernelCall, symbol: string) => readonly string[] | null;
  /** C text before the function, for calls that are specialised. */
  readonly prelude?: (call: KernelCall, symbol: string) => string;
}

export interface CallText {
  /** The function's name. */
  readonly symbol: string;
  /** The function's declaration, without the semicolon. */
  readonly prototype: string;
  /** Includes and the function, for a C file that declares it and includes <stddef.h>. */
  readonly text: string;
}

export interface SpecializeOptions {
  readonly symbol: string;
}

const SPECIALIZERS: Readonly<Record<string, Specializer>> = {
  tfr_linear_panel_s8: {
    header: 'linear/tfr_linear_panel.h',
    body: 'tfr_linear_panel',
    inputs: 1,
    constants: panelConstants,
  },
  tfr_depthwise_dense_s8: {
    header: 'depthwise/tfr_depthwise_s2.h',
    body: 'tfr_depthwise_s2',
    inputs: 1,
    constants: depthwiseConstants,
    prelude: depthwisePrelude,
  },
  tfr_depthwise_taps_s8: {
    header: 'depthwise/tfr_depthwise_taps.h',
    body: 'tfr_depthwise_taps',
    inputs: 1,
    constants: walkerConstants,
    prelude: walkerPrelude,
  },
  tfr_attention_s8: {
    header: 'attention/tfr_attention.h',
    body: 'tfr_attention',
    inputs: 3,
    fixed: ['tokens', 'heads', 'head_width', 'valid_tokens', 'window_before', 'window_after', 'pruned_heads'],
  },
  tfr_convolution_panel_s8: {
    header: 'convolution/tfr_convolution_panel.h',
    body: 'tfr_convolution_panel',
    inputs: 1,
    constants: panelConstants,
  },
};

const INPUT_NAMES = ['input', 'input2', 'input3'];

export function callPrototype(
  symbol: string,
  { struct, inputs }: { struct: string; inputs: number },
): string {
  const tensors = INPUT_NAMES.slice(0, inputs).map((name) => `const int8_t *${name}`);
  return [
    `tfr_status ${symbol}(const struct ${struct} *params, ${tensors.join(', ')},`,
    `${' '.repeat(`tfr_status ${symbol}(`.length)}int8_t *output, void *scratch)`,
  ].join('\n');
}

/** Declares `fixed`, the parameter struct with its numbers (those of these names, if given) as constants. */
export function fixedParams({ struct, params }: KernelCall, names?: readonly string[]): readonly string[] {
  const isFixed = (field: string, value: unknown) =>
    typeof value === 'number' && (names === undefined || names.includes(field));
  const fields = Object.entries(params).map(
    ([field, value]) => `      .${field} = ${isFixed(field, value) ? String(value) : `params->${field}`},`,
  );
  return [
    '  if (params == NULL) return TFR_ERROR_NULL;',
    `  const struct ${struct} fixed = {`,
    ...fields,
    '  };',
  ];
}

/** The specialised function of a call, or null where the runtime's general kernel is all there is. */
export function specializeCall(call: KernelCall, { symbol }: SpecializeOptions): CallText | null {
  const specializer = SPECIALIZERS[call.kernel];
  const constants = specializer?.constants?.(call, symbol);
  if (specializer === undefined || constants === null) return null;
  const { header, body, inputs, fixed, prelude } = specializer;
  const values = ['&fixed', ...(constants ?? []), ...INPUT_NAMES.slice(0, inputs), 'output', 'scratch'];
  const prototype = callPrototype(symbol, { struct: call.struct, inputs });
  const lines = [
    `#include "${header}"`,
    '',
    ...(prelude === undefined ? [] : [prelude(call, symbol), '']),
    `${prototype} {`,
    ...fixedParams(call, fixed),
    `  return ${body}(${values.join(', ')});`,
    '}',
    '',
  ];
  return { symbol, prototype, text: lines.join('\n') };
}
