/** @file See memory_system.h; the boards' figures and their sources are in core's memory-system.ts. */
#include "memory_system.h"

#include <stdio.h>
#include <string.h>

#include "fail.h"

static struct tf_cache code;
static struct tf_cache data;
static struct tf_cache_shape code_shape;
static struct tf_cache_shape data_shape;
/* Of a miss. */
static struct tf_stall flash_miss;
static struct tf_stall ram_miss;
static unsigned prefetches;

static uint32_t prefetched; /* address of the sector that is being read ahead; 1: none */
static uint64_t ready;      /* when it has arrived */

enum { NOTHING = 1 };

static bool read_shape(const char *value, struct tf_cache_shape *shape) {
  return sscanf(value, "%u:%u:%u:%u", &shape->bytes, &shape->ways, &shape->line_bytes, &shape->sector_bytes) == 4;
}

static bool read_stall(const char *value, struct tf_stall *stall) {
  unsigned rest;
  if (sscanf(value, "%u:%u", &stall->least, &rest) != 2) return false;
  stall->most = stall->least + rest;
  return true;
}

static bool read_number(const char *value, unsigned *number) { return sscanf(value, "%u", number) == 1; }

bool tf_memory_option(const char *argument) {
  const char *equals = strchr(argument, '=');
  if (!equals) return false;
  size_t length = (size_t)(equals - argument);
  const char *value = equals + 1;
#define IS(name) (length == sizeof name - 1 && memcmp(argument, name, length) == 0)
  if (IS("icache")) return read_shape(value, &code_shape);
  if (IS("dcache")) return read_shape(value, &data_shape);
  if (IS("flash")) return read_stall(value, &flash_miss);
  if (IS("ram")) return read_stall(value, &ram_miss);
  if (IS("prefetch")) return read_number(value, &prefetches);
#undef IS
  return false;
}

void tf_memory_open(void) {
  if (flash_miss.most) tf_cache_open(&code, &code_shape);
  if (flash_miss.most || ram_miss.most) tf_cache_open(&data, &data_shape);
  prefetched = NOTHING;
}

bool tf_memory_waits_for_code(void) { return flash_miss.most != 0; }
bool tf_memory_waits_for_loads(void) { return flash_miss.most || ram_miss.most; }
bool tf_memory_waits_for_stores(void) { return ram_miss.most != 0; }

void tf_memory_reset(void) {
  prefetched = NOTHING;
  if (code.lines) tf_cache_clear(&code);
  if (data.lines) tf_cache_clear(&data);
}

unsigned tf_memory_fetch_bytes(void) { return code_shape.sector_bytes; }

struct tf_stall tf_memory_fetch(uint32_t address, uint64_t now) {
  uint32_t sector = address & ~(code_shape.sector_bytes - 1);
  struct tf_stall stall = {0, 0};
  if (!tf_cache_access(&code, sector)) {
    stall = flash_miss;
    if (sector == prefetched) stall.least = stall.most = ready > now ? (unsigned)(ready - now) : 0;
  }
  uint32_t next = sector + code_shape.sector_bytes;
  if (prefetches && next != prefetched && !tf_cache_holds(&code, next)) {
    prefetched = next;
    ready = now + stall.least + flash_miss.least + 1;
  }
  return stall;
}

/* Every sector that an access touches is looked for. */
struct tf_stall tf_memory_load(uint32_t address, unsigned bytes) {
  struct tf_stall miss = address < TF_FLASH_END ? flash_miss : ram_miss;
  struct tf_stall stall = {0, 0};
  if (miss.most == 0) return stall;
  uint32_t last = address + bytes - 1;
  if (!tf_cache_access(&data, address)) stall = miss;
  bool crosses = (last ^ address) & ~(data_shape.sector_bytes - 1);
  if (crosses && !tf_cache_access(&data, last)) {
    stall.least += miss.least;
    stall.most += miss.most;
  }
  return stall;
}

unsigned tf_memory_store(uint32_t address, unsigned bytes) {
  return address < TF_FLASH_END ? 0 : tf_memory_load(address, bytes).most;
}
