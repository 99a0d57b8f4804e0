/* libFuzzer's entries. */
#include <stddef.h>
#include <stdint.h>

#include "fuzz_mutate.h"
#include "fuzz_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)fuzz_run(data, size);
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed) {
  if (seed % 4 == 0 || size == 0) return LLVMFuzzerMutate(data, size, max_size);
  fuzz_mutate(data, size, seed);
  return size;
}
