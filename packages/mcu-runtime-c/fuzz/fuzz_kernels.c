#include "fuzz_kernels.h"

#include <string.h>

#include "tfr/tfr_kernels.h"

static uint32_t add_number(struct fuzz_field *fields, uint32_t count, size_t offset) {
  fields[count] = (struct fuzz_field){.offset = offset};
  return count + 1;
}

static uint32_t add_pointer(struct fuzz_field *fields, uint32_t count, struct fuzz_field field) {
  fields[count] = field;
  return count + 1;
}

#define TFR_STRUCT_BEGIN(op)                                   \
  static uint32_t describe_##op(struct fuzz_field *fields) {   \
    typedef struct tfr_##op##_params params;                   \
    uint32_t count = 0;
#define TFR_I32(field) count = add_number(fields, count, offsetof(params, field));
#define TFR_POINTER(kind, field)                                                          \
  count = add_pointer(fields, count,                                                      \
                      (struct fuzz_field){.offset = offsetof(params, field),              \
                                          .element_bytes = sizeof(tfr_##kind),            \
                                          .is_bias = strcmp(#field, "bias") == 0});
#define TFR_STRUCT_END(op) \
  return count;            \
  }
#include "tfr/tfr_params.def"
#undef TFR_STRUCT_BEGIN
#undef TFR_I32
#undef TFR_POINTER
#undef TFR_STRUCT_END

static int64_t product(int32_t a, int32_t b, int32_t c) {
  if (a <= 0 || b <= 0 || c <= 0) return 0;
  const int64_t ab = (int64_t)a * b;
  return ab > INT64_MAX / c ? INT64_MAX : ab * c;
}

static void set_field(struct fuzz_lengths *lengths, const struct fuzz_field *fields, size_t offset, int64_t elements) {
  uint32_t index = 0;
  while (fields[index].offset != offset) index++;
  lengths->fields[index] = elements;
}

#define TFR_LENGTHS_BEGIN(op)                                                                                 \
  static void measure_##op(const void *params, const struct fuzz_field *fields, uint32_t count,               \
                           struct fuzz_lengths *lengths) {                                                    \
    typedef struct tfr_##op##_params params_of_op;                                                            \
    const params_of_op *p = params;                                                                           \
    lengths->tensor_count = 0;                                                                                \
    for (uint32_t i = 0; i < count; i++) lengths->fields[i] = -1;
#define TFR_ARRAY(field, a, b, c) set_field(lengths, fields, offsetof(params_of_op, field), product(a, b, c));
#define TFR_INPUT(a, b, c) lengths->tensors[lengths->tensor_count++] = product(a, b, c);
#define TFR_OUTPUT(a, b, c) lengths->tensors[lengths->tensor_count++] = product(a, b, c);
#define TFR_LENGTHS_END(op) \
  (void)fields;             \
  }
#include "tfr_lengths.def"

#define RUN(name, op, ...)                                                                     \
  static tfr_status run_##name(const void *params, int8_t *const *tensors, void *scratch) {    \
    return name(params, __VA_ARGS__, scratch);                                                 \
  }                                                                                            \
  static uint32_t scratch_##name(const void *params) { return name##_scratch_bytes(params); }
#define TFR_KERNEL_1(name, op) RUN(name, op, tensors[0], tensors[1])
#define TFR_KERNEL_2(name, op) RUN(name, op, tensors[0], tensors[1], tensors[2])
#define TFR_KERNEL_3(name, op) RUN(name, op, tensors[0], tensors[1], tensors[2], tensors[3])
#include "tfr/tfr_kernels.def"
#undef TFR_KERNEL_1
#undef TFR_KERNEL_2
#undef TFR_KERNEL_3

#define ENTRY(kernel, op, count)                                                                          \
  {.name = #kernel,                                                                                       \
   .inputs = count,                                                                                       \
   .params_bytes = sizeof(struct tfr_##op##_params),                                                      \
   .describe = describe_##op,                                                                             \
   .measure = measure_##op,                                                                               \
   .run = run_##kernel,                                                                                   \
   .scratch_bytes = scratch_##kernel},
#define TFR_KERNEL_1(name, op) ENTRY(name, op, 1)
#define TFR_KERNEL_2(name, op) ENTRY(name, op, 2)
#define TFR_KERNEL_3(name, op) ENTRY(name, op, 3)
const struct fuzz_kernel fuzz_kernels[] = {
#include "tfr/tfr_kernels.def"
};

const uint32_t fuzz_kernel_count = sizeof fuzz_kernels / sizeof fuzz_kernels[0];
