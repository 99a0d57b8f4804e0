/** @file weights.h and weights.c: every constant array of the model, in the order of the layers. */
import type { TypedArray } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { cType, symbol, wrapNumbers } from './c-text.js';

export interface ConstantArray {
  readonly symbol: string;
  readonly values: TypedArray;
  /** Name, encoding and density of the layer, for readers. */
  readonly note: string;
}

export function constantArrays({ graph, calls, layers }: CompiledModel): readonly ConstantArray[] {
  return graph.nodes.flatMap((node, index) => {
    const { encoding, density } = layers[index]!;
    const note = encoding === 'none' ? node.op : `${node.op}, ${encoding}, density ${density.toFixed(3)}`;
    return Object.entries(calls[index]!.params).flatMap(([field, values]) =>
      typeof values === 'number' ? [] : [{ symbol: symbol(node.name, field), values, note }],
    );
  });
}

export function weightsHeader(model: CompiledModel): string {
  const declarations = constantArrays(model).map(
    ({ symbol: name, values }) => `extern const ${cType(values)} ${name}[${values.length}];`,
  );
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
  const definitions = constantArrays(model).map(({ symbol: name, values, note }) =>
    [
      `/* ${note} */`,
      `TFR_ALIGNED(4) const ${cType(values)} ${name}[${values.length}] = {`,
      wrapNumbers(values),
      '};',
    ].join('\n'),
  );
  return ['#include "weights.h"', '', '#include "tfr/tfr_types.h"', '', definitions.join('\n\n'), ''].join(
    '\n',
  );
}
