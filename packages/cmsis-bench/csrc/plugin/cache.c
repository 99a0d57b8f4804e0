/** @file See cache.h. */
#include "cache.h"

#include <string.h>

#include "fail.h"

static bool is_power_of_two(unsigned value) { return value && (value & (value - 1)) == 0; }

void tf_cache_open(struct tf_cache *cache, const struct tf_cache_shape *shape) {
  const struct tf_cache_shape *s = shape;
  if (!is_power_of_two(s->bytes) || !is_power_of_two(s->ways) || !is_power_of_two(s->line_bytes) ||
      !is_power_of_two(s->sector_bytes))
    tf_die("a cache's bytes, ways, line and sector are no powers of two");
  if (s->sector_bytes > s->line_bytes || s->line_bytes > 32 * s->sector_bytes || s->ways * s->line_bytes > s->bytes)
    tf_die("a cache's sectors do not fit its lines, or its ways not the cache");
  *cache = (struct tf_cache){
      .shape = *shape,
      .line_shift = (unsigned)__builtin_ctz(s->line_bytes),
      .sector_shift = (unsigned)__builtin_ctz(s->sector_bytes),
      .set_mask = s->bytes / (s->ways * s->line_bytes) - 1,
  };
  cache->lines = tf_checked(calloc(s->bytes / s->line_bytes, sizeof *cache->lines));
}

void tf_cache_clear(struct tf_cache *cache) {
  memset(cache->lines, 0, cache->shape.bytes / cache->shape.line_bytes * sizeof *cache->lines);
}

static uint32_t sector_bit(const struct tf_cache *cache, uint32_t address) {
  return (uint32_t)1 << ((address & (cache->shape.line_bytes - 1)) >> cache->sector_shift);
}

static struct tf_cache_line *set_of(const struct tf_cache *cache, uint32_t line) {
  return &cache->lines[(line & cache->set_mask) * cache->shape.ways];
}

/* An empty line has no sectors. */
static bool is_line(const struct tf_cache_line *candidate, uint32_t line) {
  return candidate->line == line && candidate->sectors;
}

static struct tf_cache_line *find(const struct tf_cache *cache, uint32_t line) {
  struct tf_cache_line *set = set_of(cache, line);
  struct tf_cache_line *hinted = &set[cache->hints[line % TF_CACHE_HINTS]];
  if (is_line(hinted, line)) return hinted;
  for (unsigned way = 0; way < cache->shape.ways; way++) {
    if (is_line(&set[way], line)) return &set[way];
  }
  return NULL;
}

static struct tf_cache_line *replace(struct tf_cache *cache, uint32_t line) {
  struct tf_cache_line *set = set_of(cache, line);
  struct tf_cache_line *oldest = set;
  for (unsigned way = 1; way < cache->shape.ways; way++) {
    if (set[way].used < oldest->used) oldest = &set[way];
  }
  *oldest = (struct tf_cache_line){.line = line};
  return oldest;
}

bool tf_cache_holds(const struct tf_cache *cache, uint32_t address) {
  const struct tf_cache_line *line = find(cache, address >> cache->line_shift);
  return line && (line->sectors & sector_bit(cache, address));
}

bool tf_cache_access(struct tf_cache *cache, uint32_t address) {
  uint32_t number = address >> cache->line_shift;
  struct tf_cache_line *line = find(cache, number);
  if (!line) line = replace(cache, number);
  bool present = line->sectors & sector_bit(cache, address);
  line->sectors |= sector_bit(cache, address);
  line->used = ++cache->now;
  cache->hints[number % TF_CACHE_HINTS] = (uint16_t)(line - set_of(cache, number));
  return present;
}
