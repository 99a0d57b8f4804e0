/* Calls any kernel from a run of words on a heap: the one entry of WebAssembly, native and firmware tests. */
#ifndef TFR_DISPATCH_H
#define TFR_DISPATCH_H

#include <stdint.h>

/*
 * Runs the kernel of this index in tfr_kernels.def. `words` are the call words of FORMAT.md, `heap` is aligned to 16
 * bytes. Offsets are trusted. Returns the kernel's status, or TFR_ERROR_KERNEL.
 */
int32_t tfr_dispatch(uint32_t kernel, const int32_t *words, uint8_t *heap);

/* The kernel's scratch bytes; reads only the parameter words. 0 for an unknown kernel. */
uint32_t tfr_dispatch_scratch_bytes(uint32_t kernel, const int32_t *words, uint8_t *heap);

#endif
