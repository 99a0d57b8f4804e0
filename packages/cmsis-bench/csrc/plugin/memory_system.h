/**
 * @file What a board's memory adds to the cycles of a core whose memory answers at once: instruction fetches and data
 * accesses that miss. A simulated board has flash below TF_FLASH_END; everything else is RAM.
 *
 * Nothing is cached or prefetched after tf_memory_reset.
 */
#ifndef TF_MEMORY_SYSTEM_H
#define TF_MEMORY_SYSTEM_H

#include "cache.h"

enum { TF_FLASH_END = 0x00400000 };

/** Reads one option (`name=value`) of the board's memory; false if it is none. */
bool tf_memory_option(const char *argument);

/** After the options; without any, memory answers at once. */
void tf_memory_open(void);

bool tf_memory_waits_for_code(void);
bool tf_memory_waits_for_loads(void);
bool tf_memory_waits_for_stores(void);

void tf_memory_reset(void);

/** Cycles that a core waits: until the wanted word is there, and until the whole line is. */
struct tf_stall {
  unsigned least;
  unsigned most;
};

/** Of fetching code at an address, at a time; code after it follows in ascending order. */
struct tf_stall tf_memory_fetch(uint32_t address, uint64_t now);

/** The bytes that one fetch brings in. */
unsigned tf_memory_fetch_bytes(void);

struct tf_stall tf_memory_load(uint32_t address, unsigned bytes);

/** At most: a store buffer hides it. */
unsigned tf_memory_store(uint32_t address, unsigned bytes);

#endif
