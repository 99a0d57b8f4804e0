/**
 * @file What runs before main on an MPS2 board with a Cortex-M4 or M7: memory, the floating-point unit, faults.
 *
 * The reset value of main is the exit code of the machine. A fault is written to the debugger's console with the
 * address of the faulting instruction and ends the machine with TFB_EXIT_FAULT.
 */
#include <stdint.h>
#include <string.h>

#include "semihosting.h"

int main(void);
void tfb_reset(void);
void tfb_fault(void);
void tfb_report_fault(const uint32_t *frame);

extern uint32_t tfb_data_load[], tfb_data_start[], tfb_data_end[], tfb_bss_start[], tfb_bss_end[], tfb_stack_top[];

/* System control space of Armv7-M (DDI 0403E, B3.2): coprocessor access, fault status. */
#define CPACR (*(volatile uint32_t *)0xE000ED88u)
#define CFSR (*(volatile uint32_t *)0xE000ED28u)

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    tfb_stack_top,
    (const void *)tfb_reset,
    (const void *)tfb_fault, /* NMI */
    (const void *)tfb_fault, /* HardFault: the other faults are not enabled and escalate to it */
};

void tfb_reset(void) {
  CPACR |= 0xFu << 20; /* full access to CP10 and CP11, the floating-point unit */
  __asm volatile("dsb\n\tisb" ::: "memory");
  memcpy(tfb_data_start, tfb_data_load, (size_t)((char *)tfb_data_end - (char *)tfb_data_start));
  memset(tfb_bss_start, 0, (size_t)((char *)tfb_bss_end - (char *)tfb_bss_start));
  tfb_exit(main());
}

static char *append(char *to, const char *text) {
  while (*text) *to++ = *text++;
  return to;
}

static char *append_hex(char *to, uint32_t value) {
  to = append(to, "0x");
  for (int shift = 28; shift >= 0; shift -= 4) *to++ = "0123456789abcdef"[(value >> shift) & 15];
  return to;
}

void tfb_report_fault(const uint32_t *frame) {
  char text[80];
  uint32_t status = CFSR; /* bit 12: the exception frame could not be stacked, e.g. the stack overflowed */
  char *end = append_hex(append(text, "fault at pc="), status & 0x1000u ? 0 : frame[6]);
  end = append_hex(append(end, " status="), status);
  *append(end, "\n") = 0;
  tfb_console(text);
  tfb_exit(TFB_EXIT_FAULT);
}

/* The stack may be what failed: report from a fresh one. */
__attribute__((naked)) void tfb_fault(void) {
  __asm volatile(
      "mrs r0, msp\n\t"
      "ldr r1, =tfb_stack_top\n\t"
      "msr msp, r1\n\t"
      "b tfb_report_fault\n\t"
      ".ltorg");
}
