/**
 * @file Runs a generated model on the host's images, twice each: as deployed, and with its layer hook.
 *
 * images.bin is a u32 count (little-endian) and the images. outputs.bin gets, image by image, every layer's output in
 * order, then the model's. Regions: 1 + n is layer n, MODEL_REGION the whole model as deployed (without a hook). What
 * the hook itself does is region 0.
 */
#include <stdint.h>
#include <string.h>

#include "model.h"
#include "regions.h"
#include "semihosting.h"

enum { MODEL_REGION = MODEL_LAYER_COUNT + 1 };

_Static_assert(MODEL_REGION < TFB_REGIONS, "the model has more layers than there are regions");

static _Alignas(16) int8_t input[MODEL_INPUT_BYTES];
static _Alignas(16) int8_t deployed_output[MODEL_OUTPUT_BYTES];
static _Alignas(16) int8_t output[MODEL_OUTPUT_BYTES];
static _Alignas(16) uint8_t arena[MODEL_ARENA_BYTES];

static void hook(void *context, uint32_t layer, int begins, const int8_t *layer_output, uint32_t bytes) {
  if (begins) {
    tfb_region_begin(1 + layer);
    return;
  }
  TFB_REGION_END();
  tfb_write(*(const int32_t *)context, layer_output, bytes);
}

static void run_image(int32_t outputs) {
  memset(arena, 0x55, sizeof arena); /* a model that reads what it never wrote would differ */
  TFB_REGION_BEGIN(MODEL_REGION);
  tfr_status status = model_run(input, deployed_output, arena, NULL, NULL);
  TFB_REGION_END();
  memset(arena, 0xAA, sizeof arena);
  if (status == TFR_OK) status = model_run(input, output, arena, hook, &outputs);
  tfb_require(status == TFR_OK, "model_run returned an error");
  tfb_require(memcmp(output, deployed_output, sizeof output) == 0, "the model's output depends on its layer hook");
  tfb_write(outputs, output, sizeof output);
}

int main(void) {
  int32_t images = tfb_open_input("images.bin");
  int32_t outputs = tfb_open_output("outputs.bin");
  uint32_t count;
  tfb_read(images, &count, sizeof count);
  for (uint32_t i = 0; i < count; i++) {
    tfb_read(images, input, sizeof input);
    run_image(outputs);
  }
  tfb_close(outputs);
  return 0;
}
