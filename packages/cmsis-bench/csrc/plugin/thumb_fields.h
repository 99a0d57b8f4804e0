/** @file Fields of Thumb encodings as registers and accesses; of the decoders of operands alone. */
#ifndef TF_THUMB_FIELDS_H
#define TF_THUMB_FIELDS_H

#include "thumb_operands.h"

#define FIELD(code, low, width) (((unsigned)(code) >> (low)) & ((1u << (width)) - 1))

#define FLAGS TF_REGISTER(TF_FLAGS)

/* The register that a field names; the program counter and unused fields (both 15) are no register. */
static inline tf_registers reg(unsigned code, unsigned low, unsigned width) {
  unsigned number = FIELD(code, low, width);
  return number == TF_PROGRAM_COUNTER ? 0 : TF_REGISTER(number);
}

static inline tf_registers list(unsigned mask) { return mask & 0x7FFF; }

static inline void set_flags(struct tf_instruction *i, bool condition) {
  if (condition) i->results |= FLAGS;
}

static inline void access(struct tf_instruction *i, unsigned bytes) {
  i->access_bytes = bytes;
  i->narrow_data = bytes < 4;
}

static inline void transferred(struct tf_instruction *i, bool loads, tf_registers registers) {
  if (loads) i->results |= registers;
  else i->stored |= registers;
}

void tf_decode_narrow(struct tf_instruction *instruction, unsigned op);
void tf_decode_wide(struct tf_instruction *instruction, unsigned first, unsigned second);

#endif
