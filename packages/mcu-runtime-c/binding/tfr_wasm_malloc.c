/* malloc for emnapi's few start-up needs on a bare WebAssembly target: a fixed arena that is never given back. */
#include <stddef.h>
#include <stdint.h>

#define ARENA_BYTES 65536
#define ALIGNMENT 16

void *malloc(size_t bytes);
void free(void *block);

static _Alignas(ALIGNMENT) uint8_t arena[ARENA_BYTES];
static size_t used;

void *malloc(size_t bytes) {
  const size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (rounded < bytes || rounded > ARENA_BYTES - used) return NULL;
  used += rounded;
  return arena + used - rounded;
}

void free(void *block) { (void)block; }
