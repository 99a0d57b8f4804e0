/**
 * @file Runs kernel calls that the host laid out, one region a call: region 1 + n is call n.
 *
 * calls.bin, little-endian u32: { kernel, words, heap bytes, output offset, output bytes }, the call words, the heap;
 * both padded to multiples of 4. results.bin has for each call: i32 status, the output padded to a multiple of 4. The
 * heap behind its bytes, up to HEAP_BYTES, is the kernel's scratch memory and is not sent.
 */
#include <stdint.h>

#include "regions.h"
#include "semihosting.h"
#include "tfr_dispatch.h"

enum { HEAP_BYTES = 15 * 1024 * 1024, MAX_WORDS = 256 };

struct call {
  uint32_t kernel;
  uint32_t words;
  uint32_t heap_bytes;
  uint32_t output_offset;
  uint32_t output_bytes;
};

__attribute__((section(".external"), aligned(16))) static uint8_t heap[HEAP_BYTES];
static int32_t words[MAX_WORDS];

static uint32_t padded(uint32_t bytes) { return (bytes + 3) & ~3u; }

static void require(int condition, const char *message) {
  if (condition) return;
  tfb_console(message);
  tfb_exit(TFB_EXIT_CONTENT);
}

static void run_call(int32_t calls, int32_t results, uint32_t region) {
  struct call call;
  tfb_read(calls, &call, sizeof call);
  require(call.words <= MAX_WORDS, "too many call words");
  require(call.heap_bytes <= HEAP_BYTES, "the call does not fit the heap");
  require(call.output_offset <= call.heap_bytes, "the output lies outside of the heap");
  require(call.output_bytes <= call.heap_bytes - call.output_offset, "the output lies outside of the heap");
  tfb_read(calls, words, 4 * call.words);
  tfb_read(calls, heap, padded(call.heap_bytes));
  uint32_t scratch_bytes = tfr_dispatch_scratch_bytes(call.kernel, words, heap);
  require(scratch_bytes <= HEAP_BYTES - call.heap_bytes, "the scratch memory does not fit the heap");
  tfb_region_begin(region);
  int32_t status = tfr_dispatch(call.kernel, words, heap);
  TFB_REGION_END();
  tfb_write(results, &status, sizeof status);
  tfb_write(results, heap + call.output_offset, padded(call.output_bytes));
}

int main(void) {
  int32_t calls = tfb_open_input("calls.bin");
  int32_t results = tfb_open_output("results.bin");
  uint32_t count;
  tfb_read(calls, &count, sizeof count);
  require(count < TFB_REGIONS, "too many calls");
  for (uint32_t i = 0; i < count; i++) run_call(calls, results, 1 + i);
  tfb_close(results);
  return 0;
}
