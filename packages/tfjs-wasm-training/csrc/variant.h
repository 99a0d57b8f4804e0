/* What a native build exports for each instruction set. */
#ifndef VARIANT_H
#define VARIANT_H

#include <stddef.h>
#include <stdint.h>

struct team;

struct kernel {
  const char *name;
  int32_t (*run)(struct team *team, char *heap, const void *arguments);
  int32_t (*scratch)(const struct team *team, const void *arguments); /* floats */
};

struct variant {
  const struct kernel *kernels;
  size_t kernel_count;
  void (*work)(struct team *team, int32_t thread); /* the life of a thread, which counts from 1 */
  void (*stop)(struct team *team);
  size_t team_bytes;
};

#endif
