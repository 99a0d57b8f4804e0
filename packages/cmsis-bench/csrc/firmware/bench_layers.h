/**
 * @file What a layer bench calls: kernels of the runtime, kernels that were compiled for one call, and a peer library.
 *
 * All pointers of a call are absolute addresses that the host laid out, so that a parameter struct is a run of words.
 */
#ifndef TFB_BENCH_LAYERS_H
#define TFB_BENCH_LAYERS_H

#include <stdint.h>

#include "regions.h"

/** A kernel: parameters, inputs, output, scratch memory; a kernel takes as many of the six as it has. */
typedef int32_t (*tfb_kernel)(const void *, const void *, const void *, const void *, const void *, const void *);

/** Kernels compiled for one call each; the host writes this table. */
extern const tfb_kernel tfb_specialised[];
extern const uint32_t tfb_specialised_count;

/** Where the stack pointer stands: what a callee uses lies below it. */
static inline uint8_t *tfb_stack_pointer(void) {
  uint8_t *sp;
  __asm volatile("mov %0, sp" : "=r"(sp));
  return sp;
}

/**
 * Calls a function of the linked peer library in region `region`, its arguments made ready outside of the region.
 * Absent where no library is linked.
 * @param words the call's words, as its struct in the file that defines this function says
 * @param sp    set to the stack pointer of the caller of the library
 * @return the library's status
 */
__attribute__((weak)) int32_t tfb_peer_run(uint32_t function, const void *words, uint32_t region, uint8_t **sp);

#endif
