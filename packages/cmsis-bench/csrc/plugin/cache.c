/** @file See cache.h. */
#include "cache.h"

#include <string.h>

#include "fail.h"

void tf_cache_open(struct tf_cache *cache, const struct tf_cache_shape *shape) {
  const struct tf_cache_shape *s = shape;
  bool divides = s->ways && s->sector_bytes && s->line_bytes && s->line_bytes % s->sector_bytes == 0 &&
                 s->line_bytes / s->sector_bytes <= 32 && s->bytes && s->bytes % (s->ways * s->line_bytes) == 0;
  if (!divides) tf_die("a cache's bytes, ways, line and sector do not divide each other");
  *cache = (struct tf_cache){.shape = *shape, .sets = s->bytes / (s->ways * s->line_bytes)};
  cache->lines = tf_checked(calloc(s->bytes / s->line_bytes, sizeof *cache->lines));
}

void tf_cache_clear(struct tf_cache *cache) {
  memset(cache->lines, 0, cache->shape.bytes / cache->shape.line_bytes * sizeof *cache->lines);
}

static uint32_t sector_bit(const struct tf_cache *cache, uint32_t address) {
  return (uint32_t)1 << (address % cache->shape.line_bytes / cache->shape.sector_bytes);
}

static struct tf_cache_line *set_of(const struct tf_cache *cache, uint32_t line) {
  return &cache->lines[line % cache->sets * cache->shape.ways];
}

/* An empty line has no sectors. */
static bool is_line(const struct tf_cache_line *candidate, uint32_t line) {
  return candidate->line == line && candidate->sectors;
}

static struct tf_cache_line *find(const struct tf_cache *cache, uint32_t line) {
  struct tf_cache_line *set = set_of(cache, line);
  struct tf_cache_line *hinted = &set[cache->hints[line % TF_CACHE_HINTS] % cache->shape.ways];
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
  const struct tf_cache_line *line = find(cache, address / cache->shape.line_bytes);
  return line && (line->sectors & sector_bit(cache, address));
}

bool tf_cache_access(struct tf_cache *cache, uint32_t address) {
  uint32_t number = address / cache->shape.line_bytes;
  struct tf_cache_line *line = find(cache, number);
  if (!line) line = replace(cache, number);
  bool present = line->sectors & sector_bit(cache, address);
  line->sectors |= sector_bit(cache, address);
  line->used = ++cache->now;
  cache->hints[number % TF_CACHE_HINTS] = (uint16_t)(line - set_of(cache, number));
  return present;
}
