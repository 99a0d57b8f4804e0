/**
 * @file Runs kernel calls that the host laid out on one heap, in order; region 1 + n is call n.
 *
 * calls.bin, little-endian u32: the number of calls, the bytes of the heap (a multiple of 4), then { kernel, offset of
 * the call words } each, then the heap. results.bin: i32 status each, then the heap as the calls left it.
 */
#include <stdint.h>

#include "regions.h"
#include "semihosting.h"
#include "tfr_dispatch.h"

enum { HEAP_BYTES = 15 * 1024 * 1024 };

struct batch {
  uint32_t calls;
  uint32_t heap_bytes;
};

struct call {
  uint32_t kernel;
  uint32_t words_offset;
};

__attribute__((section(".external"), aligned(16))) static uint8_t heap[HEAP_BYTES];
static struct call calls[TFB_REGIONS];
static int32_t statuses[TFB_REGIONS];

static struct batch read_batch(void) {
  struct batch batch;
  int32_t file = tfb_open_input("calls.bin");
  tfb_read(file, &batch, sizeof batch);
  tfb_require(batch.calls < TFB_REGIONS, "too many calls");
  tfb_require(batch.heap_bytes <= HEAP_BYTES, "the calls do not fit the heap");
  tfb_read(file, calls, batch.calls * sizeof *calls);
  tfb_read(file, heap, batch.heap_bytes);
  tfb_close(file);
  return batch;
}

int main(void) {
  struct batch batch = read_batch();
  for (uint32_t i = 0; i < batch.calls; i++) {
    tfb_require(calls[i].words_offset < batch.heap_bytes, "the call words lie outside of the heap");
    const int32_t *words = (const void *)(heap + calls[i].words_offset);
    tfb_region_begin(1 + i);
    statuses[i] = tfr_dispatch(calls[i].kernel, words, heap);
    TFB_REGION_END();
  }
  int32_t results = tfb_open_output("results.bin");
  tfb_write(results, statuses, batch.calls * sizeof *statuses);
  tfb_write(results, heap, batch.heap_bytes);
  tfb_close(results);
  return 0;
}
