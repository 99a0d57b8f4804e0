/*
 * What all kernels share. A kernel is
 *
 *   int32_t NAME(struct team *team, char *heap, const void *arguments);
 *   int32_t NAME_scratch(const struct team *team, const void *arguments);
 *
 * where the arguments are a struct of 32-bit fields (whole numbers, then floats, then addresses, the scratch's last) in
 * the heap of TensorFlow.js's WebAssembly backend. Addresses are offsets from `heap`: 0 in the WebAssembly build, which
 * lives in that heap, and where the process sees it in the native one. NAME_scratch returns the floats that the kernel
 * needs as scratch. The WebAssembly build has no static data, which would overwrite the heap, and no allocator.
 * All tensors are float32, row-major, NHWC. What a result depends on is never the number of threads: see team.h.
 */
#ifndef TRAINING_H
#define TRAINING_H

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

/* The WebAssembly build exports its kernels by name; native ones are found by the table of their variant. */
#ifdef __wasm__
#define EXPORT __attribute__((visibility("default")))
#else
#define EXPORT static
#endif
#define KERNEL(name) EXPORT int32_t name(struct team *team, char *heap, const void *arguments)
#define SCRATCH(name) EXPORT int32_t name##_scratch(const struct team *team, const void *arguments)
#define NO_SCRATCH(name) SCRATCH(name) { return 0; }

typedef uint32_t address; /* bytes from the heap's start; 0 is null */

#define FLOATS(at) ((float *)(void *)(heap + (at)))
#define FLOATS_OR_NULL(at) ((at) ? FLOATS(at) : 0)

INLINE int minimum(int a, int b) { return a < b ? a : b; }
INLINE int maximum(int a, int b) { return a > b ? a : b; }
INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }

INLINE void copy_floats(float *to, const float *from, int count) {
  __builtin_memcpy(to, from, (unsigned)count * sizeof(float));
}
INLINE void clear(float *at, int count) { __builtin_memset(at, 0, (unsigned)count * sizeof(float)); }

#endif
