/**
 * @file Marks the regions that the simulated machine counts by.
 *
 * A region with a constant id is two instructions (`movw r12, #id; dbg #1`) that do nothing and are not counted. One
 * with a computed id jumps into a table of such markers: the marker is not counted, the return from the table is.
 * Regions nest; an instruction belongs to the innermost one.
 */
#ifndef TFB_REGIONS_H
#define TFB_REGIONS_H

#include <stdint.h>

#define TFB_REGIONS 1024

/** `id` is a compile-time constant below 4096. The barriers keep the compiler from moving work across the marker. */
#define TFB_REGION_BEGIN(id) __asm volatile("movw r12, %0\n\tdbg #1" : : "i"(id) : "r12", "memory")
#define TFB_REGION_END() __asm volatile("dbg #2" : : : "memory")

/** Bytes of one entry of the table: movw (4), dbg (4), bx lr (2), nop (2). */
#define TFB_REGION_ENTRY_BYTES 12

extern const uint8_t tfb_region_table[];

/** @param id 0 <= id < TFB_REGIONS. */
static inline void tfb_region_begin(uint32_t id) {
  ((void (*)(void))(uintptr_t)((tfb_region_table + TFB_REGION_ENTRY_BYTES * id) + 1))();
}

#endif
