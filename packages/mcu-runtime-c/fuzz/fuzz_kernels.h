/* Every kernel of tfr_kernels.def as data: the fields of its parameters, what lies behind its pointers, its call. */
#ifndef FUZZ_KERNELS_H
#define FUZZ_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tfr/tfr_types.h"

enum { FUZZ_MAX_FIELDS = 64, FUZZ_MAX_TENSORS = 4 };

struct fuzz_field {
  size_t offset;
  size_t element_bytes; /* of what it points to; 0: the field is a number */
  bool is_bias;         /* joins an accumulator: the caller keeps it from overflowing */
};

/* Elements; negative factors give 0, products beyond 64 bits INT64_MAX. */
struct fuzz_lengths {
  int64_t fields[FUZZ_MAX_FIELDS];   /* -1 where tfr_lengths.def says nothing */
  int64_t tensors[FUZZ_MAX_TENSORS]; /* inputs, then the output */
  uint32_t tensor_count;
};

struct fuzz_kernel {
  const char *name;
  uint32_t inputs;
  size_t params_bytes;
  uint32_t (*describe)(struct fuzz_field *fields);
  void (*measure)(const void *params, const struct fuzz_field *fields, uint32_t count, struct fuzz_lengths *lengths);
  tfr_status (*run)(const void *params, int8_t *const *tensors, void *scratch);
  uint32_t (*scratch_bytes)(const void *params);
};

extern const struct fuzz_kernel fuzz_kernels[];
extern const uint32_t fuzz_kernel_count;

#endif
