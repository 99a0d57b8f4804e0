/* tiny: an int8 network as one call a layer. Made by tinyformer; changes here are lost. */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#include "tfr/tfr_types.h"

#define MODEL_ARENA_BYTES 1504 /* activations, input, output and scratch memory */
#define MODEL_ARENA_ALIGNMENT 8 /* of the arena, in bytes */
#define MODEL_SCRATCH_BYTES 864 /* the largest scratch memory of a layer; part of the arena */
#define MODEL_INPUT_BYTES 192 /* [8, 8, 3], row-major */
#define MODEL_INPUT_OFFSET 256 /* where the arena has room for the input */
#define MODEL_INPUT_ZERO_POINT 0 /* real = scale * (input - zero point) */
#define MODEL_OUTPUT_BYTES 3 /* [1, 1, 3], one score a class */
#define MODEL_OUTPUT_OFFSET 48 /* where the arena has room for the output */
#define MODEL_OUTPUT_ZERO_POINT 29 /* real = scale * (output - zero point) */
#define MODEL_LAYER_COUNT 20 /* calls of a kernel */
#define MODEL_CLASS_COUNT 3 /* entries of the output */
#define MODEL_INPUT_SCALE 7.81250000e-3f
#define MODEL_OUTPUT_SCALE 2.83623652e-2f

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
