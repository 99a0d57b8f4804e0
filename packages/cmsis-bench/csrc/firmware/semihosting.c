/** @file The semihosting calls: operation in r0, argument block in r1, `BKPT 0xAB`. */
#include "semihosting.h"

#include <string.h>

enum {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITE0 = 0x04,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_EXIT_EXTENDED = 0x20,
  APPLICATION_EXIT = 0x20026,
  OPEN_READ_BINARY = 1,
  OPEN_WRITE_BINARY = 5
};

static int32_t call_host(int32_t operation, const void *arguments) {
  register int32_t r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = arguments;
  __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

_Noreturn void tfb_exit(int code) {
  const uint32_t arguments[2] = {APPLICATION_EXIT, (uint32_t)code};
  call_host(SYS_EXIT_EXTENDED, arguments);
  for (;;) {
  }
}

void tfb_console(const char *text) { call_host(SYS_WRITE0, text); }

void tfb_require(int condition, const char *message) {
  if (condition) return;
  tfb_console(message);
  tfb_exit(TFB_EXIT_CONTENT);
}

static int32_t open_file(const char *name, uint32_t mode) {
  const uint32_t arguments[3] = {(uint32_t)(uintptr_t)name, mode, strlen(name)};
  int32_t file = call_host(SYS_OPEN, arguments);
  if (file == -1) {
    tfb_console("cannot open ");
    tfb_console(name);
    tfb_exit(TFB_EXIT_FILE);
  }
  return file;
}

int32_t tfb_open_input(const char *name) { return open_file(name, OPEN_READ_BINARY); }

int32_t tfb_open_output(const char *name) { return open_file(name, OPEN_WRITE_BINARY); }

/* Both transfers answer with the number of bytes not transferred. */
static void transfer(int32_t operation, int32_t file, const void *memory, uint32_t bytes) {
  const uint32_t arguments[3] = {(uint32_t)file, (uint32_t)(uintptr_t)memory, bytes};
  if (bytes != 0 && call_host(operation, arguments) != 0) tfb_exit(TFB_EXIT_FILE);
}

void tfb_read(int32_t file, void *to, uint32_t bytes) { transfer(SYS_READ, file, to, bytes); }

void tfb_write(int32_t file, const void *from, uint32_t bytes) { transfer(SYS_WRITE, file, from, bytes); }

void tfb_close(int32_t file) {
  const uint32_t arguments[1] = {(uint32_t)file};
  call_host(SYS_CLOSE, arguments);
}
