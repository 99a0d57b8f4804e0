/** @file main.c: the model on a host computer, as an example of its use. */

export const MAIN_SOURCE = `/* Reads one quantised image from standard input or a file and prints the score of every class. */
#include <stdio.h>

#include "model.h"

static int8_t input[MODEL_INPUT_BYTES];
static int8_t output[MODEL_OUTPUT_BYTES];
static TFR_ALIGNED(MODEL_ARENA_ALIGNMENT) uint8_t arena[MODEL_ARENA_BYTES];

int main(int count, char **arguments) {
  FILE *file = count > 1 ? fopen(arguments[1], "rb") : stdin;
  if (file == NULL || fread(input, 1, sizeof input, file) != sizeof input) {
    fprintf(stderr, "usage: %s [file]: %d bytes of input, int8, row-major\\n", arguments[0], MODEL_INPUT_BYTES);
    return 1;
  }
  const tfr_status status = model_run(input, output, arena, NULL, NULL);
  if (status != TFR_OK) {
    fprintf(stderr, "a layer failed with the status %ld\\n", (long)status);
    return 1;
  }
  for (int i = 0; i < MODEL_CLASS_COUNT; i++) printf("%4d %s\\n", output[i], model_class_names[i]);
  return 0;
}
`;
