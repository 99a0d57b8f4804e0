#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_request.h"

/* Of one array or tensor. Kernels that are given more sum at most this many products of 2^15, which fits 32 bits. */
#define MAX_ELEMENTS 4096
#define MAX_SCRATCH_BYTES (1 << 20)
#define MAX_BIAS ((int32_t)1 << 30)
#define MAX_BLOCKS (FUZZ_MAX_CONTENTS + 2)

/* Memory of one call; what a kernel may touch ends where its block ends. */
struct call {
  uint8_t *params;
  int8_t *tensors[FUZZ_MAX_TENSORS];
  void *scratch;
  size_t scratch_bytes;
  size_t output_bytes;
  void *blocks[MAX_BLOCKS];
  uint32_t block_count;
};

static void require(bool holds, const char *kernel, const char *promise) {
  if (holds) return;
  (void)fprintf(stderr, "%s broke a promise: %s\n", kernel, promise);
  abort();
}

static uint8_t *allocate(struct call *call, size_t bytes, size_t shift) {
  uint8_t *block = malloc(bytes + shift);
  if (block == NULL) abort();
  call->blocks[call->block_count++] = block;
  return block + shift;
}

static void release(struct call *call) {
  for (uint32_t i = 0; i < call->block_count; i++) free(call->blocks[i]);
}

/* More than 2^31 - 1 elements must be refused, so that nothing need be there. */
static bool is_too_large(int64_t elements) { return elements > MAX_ELEMENTS && elements <= INT32_MAX; }

static size_t present(int64_t elements) { return elements > INT32_MAX ? 0 : (size_t)elements; }

static bool lengths_usable(const struct fuzz_request *request, const struct fuzz_lengths *lengths) {
  const char *name = request->kernel->name;
  require(lengths->tensor_count == request->kernel->inputs + 1, name, "tfr_lengths.def has another number of tensors");
  for (uint32_t i = 0; i < request->field_count; i++) {
    if (request->fields[i].element_bytes == 0) continue;
    require(lengths->fields[i] >= 0, name, "tfr_lengths.def lacks an array");
    if (is_too_large(lengths->fields[i])) return false;
  }
  for (uint32_t i = 0; i < lengths->tensor_count; i++) {
    if (is_too_large(lengths->tensors[i])) return false;
  }
  return true;
}

static void fill(uint8_t *bytes, size_t count, struct fuzz_content content) {
  if (content.size == 0) {
    memset(bytes, 0, count);
    return;
  }
  for (size_t i = 0; i < count; i++) bytes[i] = content.bytes[i % content.size];
}

static void limit_bias(uint8_t *bytes, size_t count) {
  int32_t *bias = (void *)bytes;
  for (size_t i = 0; i < count; i++) {
    bias[i] = bias[i] > MAX_BIAS ? MAX_BIAS : bias[i] < -MAX_BIAS ? -MAX_BIAS : bias[i];
  }
}

/* The content of array `index` behind its field. */
static void place_array(struct call *call, const struct fuzz_request *request, const struct fuzz_field *field,
                        size_t elements, uint32_t index) {
  const size_t shift = field->element_bytes == 1 ? request->shift & 3 : 0;
  uint8_t *array = allocate(call, elements * field->element_bytes, shift);
  fill(array, elements * field->element_bytes, request->contents[index]);
  if (field->is_bias) limit_bias(array, elements);
  const void *pointer = request->nulls >> index & 1 ? NULL : array;
  memcpy(call->params + field->offset, &pointer, sizeof pointer);
}

static void place_params(struct call *call, const struct fuzz_request *request, struct fuzz_lengths *lengths) {
  const struct fuzz_kernel *kernel = request->kernel;
  call->params = allocate(call, kernel->params_bytes, 0);
  memset(call->params, 0, kernel->params_bytes);
  uint32_t number = 0;
  for (uint32_t i = 0; i < request->field_count; i++) {
    if (request->fields[i].element_bytes > 0) continue;
    memcpy(call->params + request->fields[i].offset, &request->numbers[number++], sizeof(int32_t));
  }
  kernel->measure(call->params, request->fields, request->field_count, lengths);
}

static void place_arrays(struct call *call, const struct fuzz_request *request, const struct fuzz_lengths *lengths) {
  uint32_t index = 0;
  for (uint32_t i = 0; i < request->field_count; i++) {
    if (request->fields[i].element_bytes == 0) continue;
    place_array(call, request, &request->fields[i], present(lengths->fields[i]), index++);
  }
  for (uint32_t i = 0; i < lengths->tensor_count; i++, index++) {
    const size_t bytes = present(lengths->tensors[i]);
    uint8_t *tensor = allocate(call, bytes, request->shift >> 2 & 3);
    if (i < request->kernel->inputs) fill(tensor, bytes, request->contents[index]);
    call->tensors[i] = request->nulls >> index & 1 ? NULL : (int8_t *)tensor;
    call->output_bytes = bytes;
  }
  call->scratch = call->scratch_bytes == 0 ? NULL : allocate(call, call->scratch_bytes, 0);
  if (request->nulls >> index & 1) call->scratch = NULL;
}

/* One run after which the output is what it was before, or all of it is new. */
static tfr_status run_once(const struct fuzz_kernel *kernel, const struct call *call, int garbage) {
  int8_t *output = call->tensors[kernel->inputs];
  if (output != NULL) memset(output, garbage, call->output_bytes);
  if (call->scratch != NULL) memset(call->scratch, garbage, call->scratch_bytes);
  const tfr_status status = kernel->run(call->params, call->tensors, call->scratch);
  require(status <= TFR_OK && status > TFR_ERROR_KERNEL, kernel->name, "the status is none of a kernel's");
  for (size_t i = 0; status != TFR_OK && output != NULL && i < call->output_bytes; i++) {
    require(output[i] == (int8_t)garbage, kernel->name, "a refused call wrote output");
  }
  return status;
}

static tfr_status run_twice(const struct fuzz_kernel *kernel, const struct call *call) {
  const tfr_status status = run_once(kernel, call, 0x55);
  if (status != TFR_OK || call->output_bytes == 0) return status;
  const int8_t *output = call->tensors[kernel->inputs];
  int8_t *first = malloc(call->output_bytes);
  if (first == NULL) abort();
  memcpy(first, output, call->output_bytes);
  require(run_once(kernel, call, 0xAA) == TFR_OK, kernel->name, "a second call was refused");
  require(memcmp(first, output, call->output_bytes) == 0, kernel->name, "the result depends on earlier memory");
  free(first);
  return status;
}

struct fuzz_outcome fuzz_run(const uint8_t *data, size_t size) {
  struct fuzz_request request;
  fuzz_read(data, size, &request);
  struct call call = {.block_count = 0};
  struct fuzz_lengths lengths;
  place_params(&call, &request, &lengths);
  call.scratch_bytes = request.kernel->scratch_bytes(call.params);
  struct fuzz_outcome outcome = {.kernel = request.kernel->name, .status = TFR_OK};
  outcome.is_skipped = !lengths_usable(&request, &lengths) || call.scratch_bytes > MAX_SCRATCH_BYTES;
  if (!outcome.is_skipped) {
    place_arrays(&call, &request, &lengths);
    outcome.status = run_twice(request.kernel, &call);
  }
  release(&call);
  return outcome;
}
