/** @file weights.h and weights.c: every constant array of the model, in the order of the layers. */
import type { TypedArray } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { cType, symbol, wrapNumbers } from './c-text.js';

interface ConstantArray {
  readonly symbol: string;
  readonly values: TypedArray;
}

/** The arrays of every layer that has any, with a line on the layer for readers. */
function constantArrays({ graph, calls, layers }: CompiledModel) {
  const groups = graph.nodes.map((node, index) => {
    const { name, op, encoding, density } = layers[index]!;
    const weights = encoding === 'none' ? '' : `, ${encoding}, density ${density.toFixed(3)}`;
    const arrays = Object.entries(calls[index]!.params).flatMap(([field, values]): ConstantArray[] =>
      typeof values === 'number' ? [] : [{ symbol: symbol(node.name, field), values }],
    );
    return { note: `/* ${name}: ${op}${weights} */`, arrays };
  });
  return groups.filter(({ arrays }) => arrays.length > 0);
}

export function weightsHeader(model: CompiledModel): string {
  const declarations = constantArrays(model).flatMap(({ note, arrays }) => [
    note,
    ...arrays.map(({ symbol: name, values }) => `extern const ${cType(values)} ${name}[${values.length}];`),
  ]);
  return [
    '/* The constants of the model: encoded weights, biases, rescaling factors, tables. */',
    '#ifndef WEIGHTS_H',
    '#define WEIGHTS_H',
    '',
    '#include <stdint.h>',
    '',
    ...declarations,
    '',
    '#endif',
    '',
  ].join('\n');
}

export function weightsSource(model: CompiledModel): string {
  const definitions = constantArrays(model).flatMap(({ note, arrays }) => [note, ...arrays.map(definition)]);
  return ['#include "weights.h"', '', '#include "tfr/tfr_types.h"', '', ...definitions].join('\n');
}

function definition({ symbol: name, values }: ConstantArray): string {
  return [
    `TFR_ALIGNED(4) const ${cType(values)} ${name}[${values.length}] = {`,
    wrapNumbers(values),
    '};',
    '',
  ].join('\n');
}
