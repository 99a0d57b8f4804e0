#include "tfr_dispatch.h"

#include <stddef.h>

#include "tfr/tfr_kernels.h"

static void *resolve(uint8_t *heap, int32_t offset) { return offset < 0 ? NULL : heap + offset; }

/* read_<op>: fills the struct from its words and returns the word behind them. */
#define TFR_STRUCT_BEGIN(op) \
  static const int32_t *read_##op(struct tfr_##op##_params *params, const int32_t *word, uint8_t *heap) { \
    (void)heap;
#define TFR_I32(field) params->field = *word++;
#define TFR_POINTER(kind, field) params->field = resolve(heap, *word++);
#define TFR_STRUCT_END(op) \
  return word;             \
  }
#include "tfr/tfr_params.def"
#undef TFR_STRUCT_BEGIN
#undef TFR_I32
#undef TFR_POINTER
#undef TFR_STRUCT_END

#define TFR_SCRATCH(name, op)                                                      \
  static uint32_t scratch_##name(const int32_t *words, uint8_t *heap) {            \
    struct tfr_##op##_params params;                                               \
    (void)read_##op(&params, words, heap);                                         \
    return name##_scratch_bytes(&params);                                          \
  }
#define TFR_KERNEL_1(name, op)                                                                                     \
  TFR_SCRATCH(name, op)                                                                                            \
  static int32_t run_##name(const int32_t *words, uint8_t *heap) {                                                 \
    struct tfr_##op##_params params;                                                                               \
    const int32_t *word = read_##op(&params, words, heap);                                                         \
    return name(&params, resolve(heap, word[0]), resolve(heap, word[1]), resolve(heap, word[2]));                  \
  }
#define TFR_KERNEL_2(name, op)                                                                                     \
  TFR_SCRATCH(name, op)                                                                                            \
  static int32_t run_##name(const int32_t *words, uint8_t *heap) {                                                 \
    struct tfr_##op##_params params;                                                                               \
    const int32_t *word = read_##op(&params, words, heap);                                                         \
    return name(&params, resolve(heap, word[0]), resolve(heap, word[1]), resolve(heap, word[2]),                   \
                resolve(heap, word[3]));                                                                           \
  }
#define TFR_KERNEL_3(name, op)                                                                                     \
  TFR_SCRATCH(name, op)                                                                                            \
  static int32_t run_##name(const int32_t *words, uint8_t *heap) {                                                 \
    struct tfr_##op##_params params;                                                                               \
    const int32_t *word = read_##op(&params, words, heap);                                                         \
    return name(&params, resolve(heap, word[0]), resolve(heap, word[1]), resolve(heap, word[2]),                   \
                resolve(heap, word[3]), resolve(heap, word[4]));                                                   \
  }
#include "tfr/tfr_kernels.def"
#undef TFR_KERNEL_1
#undef TFR_KERNEL_2
#undef TFR_KERNEL_3

struct entry {
  int32_t (*run)(const int32_t *words, uint8_t *heap);
  uint32_t (*scratch_bytes)(const int32_t *words, uint8_t *heap);
};

#define TFR_KERNEL_1(name, op) {run_##name, scratch_##name},
#define TFR_KERNEL_2(name, op) {run_##name, scratch_##name},
#define TFR_KERNEL_3(name, op) {run_##name, scratch_##name},
static const struct entry entries[] = {
#include "tfr/tfr_kernels.def"
};
#undef TFR_KERNEL_1
#undef TFR_KERNEL_2
#undef TFR_KERNEL_3

static const uint32_t entry_count = sizeof entries / sizeof entries[0];

int32_t tfr_dispatch(uint32_t kernel, const int32_t *words, uint8_t *heap) {
  return kernel < entry_count ? entries[kernel].run(words, heap) : TFR_ERROR_KERNEL;
}

uint32_t tfr_dispatch_scratch_bytes(uint32_t kernel, const int32_t *words, uint8_t *heap) {
  return kernel < entry_count ? entries[kernel].scratch_bytes(words, heap) : 0;
}
