/**
 * @file Runs calls that the host laid out in memory, in order; region 1 + n is call n.
 *
 * layers.bin, little-endian u32: the number of calls, the bytes of the constants and of the data (multiples of 4), then
 * { table, function, six arguments } each, then constants and data. Constants go to TFB_CONSTANTS in code memory, data
 * to the external RAM. results.bin: { i32 status, u32 bytes of stack } each, then the data as the calls left it.
 */
#include "bench_layers.h"

#include <string.h>

#include "semihosting.h"
#include "tfr/tfr_kernels.h"

enum { DATA_BYTES = 15 * 1024 * 1024, CONSTANT_BYTES = 2 * 1024 * 1024, STACK_BYTES = 64 * 1024 };
enum { TABLE_KERNELS, TABLE_SPECIALISED, TABLE_PEER };
enum { NO_SUCH_FUNCTION = -1000 };

#define TFB_CONSTANTS 0x00200000u
#define STACK_PATTERN 0xA5A5A5A5u

struct header {
  uint32_t calls;
  uint32_t constant_bytes;
  uint32_t data_bytes;
};

struct call {
  uint32_t table;
  uint32_t function;
  const void *arguments[6];
};

struct result {
  int32_t status;
  uint32_t stack_bytes;
};

__attribute__((section(".external"), aligned(16))) static uint8_t data[DATA_BYTES];
static struct call calls[TFB_REGIONS];
static struct result results[TFB_REGIONS];

extern uint32_t tfb_data_load[], tfb_data_start[], tfb_data_end[];

#define TFR_KERNEL_1(name, op) (tfb_kernel)(void (*)(void))name,
#define TFR_KERNEL_2(name, op) (tfb_kernel)(void (*)(void))name,
#define TFR_KERNEL_3(name, op) (tfb_kernel)(void (*)(void))name,
static const tfb_kernel kernels[] = {
#include "tfr/tfr_kernels.def"
};
#undef TFR_KERNEL_1
#undef TFR_KERNEL_2
#undef TFR_KERNEL_3

/* Neither may use the stack that they paint and read. */
static inline void paint_stack(uint8_t *sp) {
  volatile uint32_t *end = (volatile uint32_t *)sp;
  for (volatile uint32_t *at = end - STACK_BYTES / 4; at < end; at++) *at = STACK_PATTERN;
}

static inline uint32_t used_stack(uint8_t *sp) {
  const volatile uint32_t *at = (const volatile uint32_t *)(sp - STACK_BYTES);
  while (at < (const volatile uint32_t *)sp && *at == STACK_PATTERN) at++;
  return (uint32_t)((uintptr_t)sp - (uintptr_t)at);
}

static void call_kernel(tfb_kernel kernel, const struct call *call, uint32_t region, struct result *result) {
  const void *const *a = call->arguments;
  uint8_t *sp = tfb_stack_pointer();
  paint_stack(sp);
  tfb_region_begin(region);
  int32_t status = kernel(a[0], a[1], a[2], a[3], a[4], a[5]);
  TFB_REGION_END();
  result->status = status;
  result->stack_bytes = used_stack(sp);
}

static void run_call(uint32_t index) {
  const struct call *call = &calls[index];
  struct result *result = &results[index];
  result->status = NO_SUCH_FUNCTION;
  if (call->table == TABLE_KERNELS && call->function < sizeof kernels / sizeof *kernels) {
    call_kernel(kernels[call->function], call, 1 + index, result);
  } else if (call->table == TABLE_SPECIALISED && call->function < tfb_specialised_count) {
    call_kernel(tfb_specialised[call->function], call, 1 + index, result);
  } else if (call->table == TABLE_PEER && tfb_peer_run) {
    uint8_t *sp = tfb_stack_pointer();
    paint_stack(sp);
    result->status = tfb_peer_run(call->function, call->arguments[0], 1 + index, &sp);
    result->stack_bytes = used_stack(sp);
  }
}

static struct header read_calls(void) {
  struct header header;
  int32_t file = tfb_open_input("layers.bin");
  tfb_read(file, &header, sizeof header);
  tfb_require(header.calls < TFB_REGIONS, "too many calls");
  tfb_require(header.data_bytes <= DATA_BYTES, "the data does not fit the external memory");
  tfb_require(header.constant_bytes <= CONSTANT_BYTES, "the constants do not fit the code memory");
  uintptr_t code_end = (uintptr_t)tfb_data_load + ((uintptr_t)tfb_data_end - (uintptr_t)tfb_data_start);
  tfb_require(code_end <= TFB_CONSTANTS, "the code is longer than 2 MiB");
  tfb_read(file, calls, header.calls * sizeof *calls);
  tfb_read(file, (void *)TFB_CONSTANTS, header.constant_bytes);
  tfb_read(file, data, header.data_bytes);
  tfb_close(file);
  return header;
}

int main(void) {
  struct header header = read_calls();
  for (uint32_t i = 0; i < header.calls; i++) run_call(i);
  int32_t file = tfb_open_output("results.bin");
  tfb_write(file, results, header.calls * sizeof *results);
  tfb_write(file, data, header.data_bytes);
  tfb_close(file);
  return 0;
}
