/** @file model.h: what firmware needs to know of the model. */
import { elementCount } from '@tinyformer/core';
import type { CompiledModel } from '../compiled-model.js';
import { ARENA_ALIGNMENT } from '../memory/place-buffers.js';

export function modelHeader(model: CompiledModel): string {
  const { graph, plan, classes } = model;
  const input = graph.tensors[graph.input]!;
  const output = graph.tensors[graph.output]!;
  const constants = [
    ['MODEL_ARENA_BYTES', plan.arenaBytes, 'activations, input, output and scratch memory'],
    ['MODEL_ARENA_ALIGNMENT', ARENA_ALIGNMENT, 'of the arena, in bytes'],
    ['MODEL_SCRATCH_BYTES', plan.scratchBytes, 'the largest scratch memory of a layer; part of the arena'],
    ['MODEL_INPUT_BYTES', elementCount(input.shape), `[${input.shape.join(', ')}], row-major`],
    ['MODEL_INPUT_OFFSET', plan.tensorOffsets[input.name]!, 'where the arena has room for the input'],
    ['MODEL_INPUT_ZERO_POINT', input.quant.zeroPoint, 'real = scale * (input - zero point)'],
    ['MODEL_OUTPUT_BYTES', elementCount(output.shape), `[${output.shape.join(', ')}], one score a class`],
    ['MODEL_OUTPUT_OFFSET', plan.tensorOffsets[output.name]!, 'where the arena has room for the output'],
    ['MODEL_OUTPUT_ZERO_POINT', output.quant.zeroPoint, 'real = scale * (output - zero point)'],
    ['MODEL_LAYER_COUNT', graph.nodes.length, 'calls of a kernel'],
    ['MODEL_CLASS_COUNT', classes.length, 'entries of the output'],
  ] as const;
  return [
    `/* ${graph.name}: an int8 network as one call a layer. Made by tinyformer; changes here are lost. */`,
    '#ifndef MODEL_H',
    '#define MODEL_H',
    '',
    '#include <stdint.h>',
    '',
    '#include "tfr/tfr_types.h"',
    '',
    ...constants.map(([name, value, note]) => `#define ${name} ${parenthesise(value)} /* ${note} */`),
    `#define MODEL_INPUT_SCALE ${cFloat(input.quant.scale)}`,
    `#define MODEL_OUTPUT_SCALE ${cFloat(output.quant.scale)}`,
    PROTOTYPES,
  ].join('\n');
}

function parenthesise(value: number): string {
  return value < 0 ? `(${value})` : `${value}`;
}

function cFloat(value: number): string {
  return `${value.toExponential(8)}f`;
}

const PROTOTYPES = `
extern const char *const model_layer_names[MODEL_LAYER_COUNT];
extern const char *const model_class_names[MODEL_CLASS_COUNT];

/* Called before (begins = 1) and after (begins = 0) each layer with where its output lies. */
typedef void (*model_hook)(void *context, uint32_t layer, int begins, const int8_t *output, uint32_t bytes);

/*
 * One inference. input is MODEL_INPUT_BYTES, anywhere outside of the arena or at arena + MODEL_INPUT_OFFSET; output is
 * MODEL_OUTPUT_BYTES, likewise with MODEL_OUTPUT_OFFSET. arena is MODEL_ARENA_BYTES at a multiple of
 * MODEL_ARENA_ALIGNMENT and need not be initialised. hook may be NULL. Returns TFR_OK, or the status of the layer that
 * failed.
 */
tfr_status model_run(const int8_t *input, int8_t *output, uint8_t *arena, model_hook hook, void *context);

#endif
`;
