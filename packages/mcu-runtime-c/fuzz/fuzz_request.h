/*
 * A kernel call as bytes, which any bytes are. Little-endian:
 *
 *   u8   kernel           index in tfr_kernels.def, modulo their number
 *   u8   shift            bits 0..1: arrays of bytes begin so many bytes behind a multiple of 16; bits 2..3: tensors
 *   u16  nulls            bit i: the i-th array, then input, output and scratch memory, is NULL
 *   i32  numbers[]        of the parameters, in order
 *   { u16 bytes; u8 content[bytes]; } for every array of the parameters, then for every input
 *
 * What is missing at the end is 0. Contents are repeated or cut to the length that the numbers ask for.
 */
#ifndef FUZZ_REQUEST_H
#define FUZZ_REQUEST_H

#include "fuzz_kernels.h"

enum { FUZZ_MAX_CONTENTS = FUZZ_MAX_FIELDS + FUZZ_MAX_TENSORS };

struct fuzz_content {
  const uint8_t *bytes;
  size_t size;
};

struct fuzz_request {
  const struct fuzz_kernel *kernel;
  uint32_t shift;
  uint32_t nulls;
  struct fuzz_field fields[FUZZ_MAX_FIELDS];
  uint32_t field_count;
  uint32_t number_count;
  int32_t numbers[FUZZ_MAX_FIELDS];
  struct fuzz_content contents[FUZZ_MAX_CONTENTS]; /* of arrays, then of inputs */
  uint32_t content_count;
};

enum { FUZZ_NUMBERS_OFFSET = 4 };

void fuzz_read(const uint8_t *data, size_t size, struct fuzz_request *request);

struct fuzz_outcome {
  const char *kernel;
  bool is_skipped; /* valid, but too large to be worth the time */
  tfr_status status;
};

/*
 * Calls the kernel on memory of exactly the lengths that tfr_lengths.def gives, and aborts where it breaks a promise: an
 * unknown status, output written by a call that it refused, a result that depends on what scratch memory held before.
 */
struct fuzz_outcome fuzz_run(const uint8_t *data, size_t size);

#endif
