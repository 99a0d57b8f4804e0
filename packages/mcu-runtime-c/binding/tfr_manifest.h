/* Both lists as text, so that programs read the same truth as the compiler. */
#ifndef TFR_MANIFEST_H
#define TFR_MANIFEST_H

#include <stdint.h>

/*
 * One line an entry, in the lists' order: "kernel NAME OP INPUTS"; "struct OP" and, following it, one "field TYPE NAME"
 * each with a type of i32, i8*, u8*, i16*, u16*, i32*.
 */
extern const char *const tfr_manifest_lines[];
extern const uint32_t tfr_manifest_line_count;

#endif
