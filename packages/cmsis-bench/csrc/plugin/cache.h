/**
 * @file A cache with least-recently-used replacement, whose lines are filled a sector at a time: which accesses miss.
 *
 * A memory accelerator is one with as many ways as lines; a read buffer is one of a single line.
 */
#ifndef TF_CACHE_H
#define TF_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/** All are powers of two. */
struct tf_cache_shape {
  unsigned bytes;
  unsigned ways;
  unsigned line_bytes;
  /** What a miss brings in; at most 32 sectors a line. */
  unsigned sector_bytes;
};

struct tf_cache_line {
  uint32_t line;    /* address / line_bytes */
  uint32_t sectors; /* present ones, a bit each */
  uint64_t used;
};

enum { TF_CACHE_HINTS = 256 };

struct tf_cache {
  struct tf_cache_shape shape;
  unsigned line_shift;
  unsigned sector_shift;
  uint32_t set_mask;
  struct tf_cache_line *lines; /* by set, then way */
  uint16_t hints[TF_CACHE_HINTS];
  uint64_t now;
};

void tf_cache_open(struct tf_cache *cache, const struct tf_cache_shape *shape);

void tf_cache_clear(struct tf_cache *cache);

/** Whether the sector of an address is present; changes nothing. */
bool tf_cache_holds(const struct tf_cache *cache, uint32_t address);

/** Whether it is present; from then on it is. */
bool tf_cache_access(struct tf_cache *cache, uint32_t address);

#endif
