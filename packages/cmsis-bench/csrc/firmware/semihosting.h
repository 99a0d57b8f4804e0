/**
 * @file Files, console and exit of the host that simulates the machine, by Arm's semihosting
 * (Semihosting for AArch32 and AArch64, release 2.0). Names are those of the files the host put beside the firmware.
 */
#ifndef TFB_SEMIHOSTING_H
#define TFB_SEMIHOSTING_H

#include <stdint.h>

/** Exit codes; main returns 0 when all went well. */
#define TFB_EXIT_FILE 97
#define TFB_EXIT_CONTENT 98
#define TFB_EXIT_FAULT 99

_Noreturn void tfb_exit(int code);

/** @param text ends with a zero byte. */
void tfb_console(const char *text);

/** Ends the machine with TFB_EXIT_CONTENT and the message unless the condition holds. */
void tfb_require(int condition, const char *message);

/** Opens a file or ends the machine with TFB_EXIT_FILE. */
int32_t tfb_open_input(const char *name);
int32_t tfb_open_output(const char *name);

/** Reads or writes exactly `bytes` bytes, or ends the machine with TFB_EXIT_FILE. */
void tfb_read(int32_t file, void *to, uint32_t bytes);
void tfb_write(int32_t file, const void *from, uint32_t bytes);

/** Forces written bytes out to the host. */
void tfb_close(int32_t file);

#endif
