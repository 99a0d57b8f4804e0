/** @file model.c, written to be read: a table of the layers, one parameter struct and one call a layer. */
import { elementCount } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { lifetimesOf } from '../memory/buffers.js';
import { cString, symbol, table, wrapCall } from './c-text.js';

/** @param callees the C function of each call */
export function modelSource(model: CompiledModel, callees: readonly string[]): string {
  return [
    layerTable(model),
    '#include "model.h"',
    '',
    '#include <stddef.h>',
    '',
    '#include "kernels.h"',
    '#include "tfr/tfr_kernels.h"',
    '#include "weights.h"',
    '',
    names(
      'model_layer_names',
      'MODEL_LAYER_COUNT',
      model.layers.map(({ name }) => name),
    ),
    names('model_class_names', 'MODEL_CLASS_COUNT', model.classes),
    ...model.calls.map((_, index) => parameters(model, index)),
    LAYER_MACRO,
    runFunction(model, callees),
  ].join('\n');
}

function layerTable({ graph, layers, plan }: CompiledModel): string {
  const lifetimes = lifetimesOf(graph);
  const rows = graph.nodes.map((node, index) => {
    const { encoding, density, macs } = layers[index]!;
    const { shape } = graph.tensors[node.output]!;
    const { first, last } = lifetimes.get(node.output)!;
    return [
      `${index}`,
      node.name,
      node.op,
      `[${shape.join(', ')}]`,
      encoding === 'none' ? '-' : `${encoding} ${Math.round(100 * density)}%`,
      macs === 0 ? '-' : `${macs}`,
      `${plan.tensorOffsets[node.output]}`,
      `${first}..${last}`,
    ];
  });
  const input = graph.tensors[graph.input]!;
  const heading = ['#', 'layer', 'op', 'output', 'weights', 'MACs', 'arena', 'live'];
  return [
    '/*',
    ` * ${graph.name}: [${input.shape.join(', ')}] -> [${graph.tensors[graph.output]!.shape.join(', ')}]`,
    ' *',
    ' * Weights: encoding and the share that is not zero. Arena: byte offset of the output. Live: the layers through which',
    ' * the output is needed; what lies in the arena at one time never overlaps.',
    ' *',
    table([heading, ...rows], ' * '),
    ' */',
  ].join('\n');
}

function names(variable: string, count: string, values: readonly string[]): string {
  const lines = values.map((value) => `  ${cString(value)},`);
  return [`const char *const ${variable}[${count}] = {`, ...lines, '};', ''].join('\n');
}

function parameters({ graph, calls, layers }: CompiledModel, index: number): string {
  const { name, inputs, output } = graph.nodes[index]!;
  const { struct, params } = calls[index]!;
  const shapes = inputs.map((tensor) => `[${graph.tensors[tensor]!.shape.join(', ')}]`).join(' and ');
  const fields = Object.entries(params).map(
    ([field, value]) => `  .${field} = ${typeof value === 'number' ? value : symbol(name, field)},`,
  );
  return [
    `/* ${name}: ${layers[index]!.op} ${shapes} -> [${graph.tensors[output]!.shape.join(', ')}] */`,
    `static const struct ${struct} ${symbol(name, 'params')} = {`,
    ...fields,
    '};',
    '',
  ].join('\n');
}

const LAYER_MACRO = `/* One call with the hook around it; leaves model_run when the kernel refuses. */
#define LAYER(index, result, bytes, call)                           \\
  do {                                                              \\
    if (hook != NULL) hook(context, (index), 1, (result), (bytes)); \\
    const tfr_status status = (call);                               \\
    if (status != TFR_OK) return status;                            \\
    if (hook != NULL) hook(context, (index), 0, (result), (bytes)); \\
  } while (0)
`;

function runFunction({ graph, plan }: CompiledModel, callees: readonly string[]): string {
  const variable = (tensor: string): string => {
    if (tensor === graph.input) return 'input';
    return tensor === graph.output ? 'output' : symbol(tensor, 'output');
  };
  const inArena = graph.nodes.map((node) => node.output).filter((name) => name !== graph.output);
  const locals = inArena.map(
    (name) => `  int8_t *const ${symbol(name, 'output')} = (int8_t *)arena + ${plan.tensorOffsets[name]};`,
  );
  const layers = graph.nodes.map((node, index) => {
    const scratch = plan.scratchOffsets[index]!;
    const result = variable(node.output);
    const values = [
      `&${symbol(node.name, 'params')}`,
      ...node.inputs.map(variable),
      result,
      scratch === null ? 'NULL' : `arena + ${scratch}`,
    ];
    const bytes = elementCount(graph.tensors[node.output]!.shape);
    const call = wrapCall(callees[index]!, values);
    return `  LAYER(${index}, ${result}, ${bytes},\n        ${call});`;
  });
  return [
    'tfr_status model_run(const int8_t *input, int8_t *output, uint8_t *arena, model_hook hook, void *context) {',
    ...locals,
    '',
    ...layers,
    '  return TFR_OK;',
    '}',
    '',
  ].join('\n');
}
