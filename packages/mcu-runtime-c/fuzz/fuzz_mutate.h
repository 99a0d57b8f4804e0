/* Changes of a call that keep its form: a number to the edge of a range, bytes of a stream's header or of a content. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

void fuzz_mutate(uint8_t *data, size_t size, uint32_t seed);

#endif
