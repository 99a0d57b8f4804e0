/**
 * @file Operands of 32-bit instructions by the Armv7-M Architecture Reference Manual (DDI 0403E), chapter A5.3;
 * floating point is in thumb_float.c. Encodings that the architecture leaves undefined get no operands.
 */
#include "thumb_fields.h"
#include "thumb_float.h"

/* A5.3.5 and A5.3.6: multiple, dual and exclusive transfers, table branches. */
static void wide_transfer(struct tf_instruction *i, unsigned first, unsigned second) {
  bool loads = first & 0x10;
  i->address = reg(first, 0, 4);
  if ((first & 0x40) == 0) {
    if (first & 0x20) i->base = i->address;
    transferred(i, loads, list(second));
    i->writes_pc = loads && (second & 0x8000);
  } else if (i->instruction_class == TF_branchIndirect) {
    i->address |= reg(second, 0, 4);
    i->writes_pc = true;
  } else if (i->words) {
    if (first & 0x20) i->base = i->address;
    i->dual = true;
    i->literal = FIELD(first, 0, 4) == TF_PROGRAM_COUNTER;
    transferred(i, loads, reg(second, 12, 4) | reg(second, 8, 4));
  } else {
    bool word = (first & 0xFFE0) == 0xE840;
    access(i, word ? 4 : (second & 0x10) ? 2 : 1);
    transferred(i, loads, reg(second, 12, 4));
    if (!loads) i->results |= word ? reg(second, 8, 4) : reg(second, 0, 4);
  }
}

/* A5.3.7 to A5.3.10: load and store single. */
static void wide_single(struct tf_instruction *i, unsigned first, unsigned second) {
  bool loads = first & 0x10;
  access(i, 1u << FIELD(first, 5, 2));
  i->address = reg(first, 0, 4);
  i->literal = FIELD(first, 0, 4) == TF_PROGRAM_COUNTER;
  transferred(i, loads, reg(second, 12, 4));
  i->writes_pc = loads && i->access_bytes == 4 && FIELD(second, 12, 4) == TF_PROGRAM_COUNTER;
  if ((first & 0x80) || i->literal) return;
  if ((second & 0x800) == 0) {
    i->register_offset = true;
    i->address |= reg(second, 0, 4);
  } else if (second & 0x100) {
    i->base = i->address;
  }
}

/* Where Rd would be the program counter, an operation that sets the flags only compares. */
static void data_result(struct tf_instruction *i, unsigned first, unsigned second) {
  i->results = reg(second, 8, 4);
  set_flags(i, first & 0x10);
}

static bool uses_carry(unsigned operation) { return operation == 10 || operation == 11; }

/* A5.3.11: data processing, shifted register. */
static void wide_shifted(struct tf_instruction *i, unsigned first, unsigned second) {
  unsigned operation = FIELD(first, 5, 4);
  tf_registers operand = reg(second, 0, 4);
  bool shifts = (second & 0x70F0) != 0;
  bool moves = (operation == 2) && FIELD(first, 0, 4) == TF_PROGRAM_COUNTER;
  i->sources = reg(first, 0, 4);
  if (operation == 6) {
    i->form = TF_PACK;
    i->shifted = operand;
    i->results = reg(second, 8, 4);
    return;
  }
  if (uses_carry(operation)) i->sources |= FLAGS;
  if (shifts && !moves) {
    i->form = TF_SHIFTED;
    i->shifted = operand;
  } else {
    i->form = shifts ? TF_SHIFT : TF_PLAIN;
    i->sources |= operand;
  }
  data_result(i, first, second);
}

/* A5.3.1: data processing, modified immediate. */
static void wide_modified(struct tf_instruction *i, unsigned first, unsigned second) {
  i->sources = reg(first, 0, 4);
  if (uses_carry(FIELD(first, 5, 4))) i->sources |= FLAGS;
  data_result(i, first, second);
}

/* A5.3.3: plain immediates and bit fields. */
static void wide_plain(struct tf_instruction *i, unsigned first, unsigned second) {
  unsigned operation = FIELD(first, 4, 5);
  i->results = reg(second, 8, 4);
  switch (operation) {
    case 0x04: /* MOVW */
      return;
    case 0x0C: /* MOVT */
      i->sources = i->results;
      return;
    case 0x14: case 0x1C: /* SBFX, UBFX */
      i->form = TF_EXTRACT;
      i->shifted = reg(first, 0, 4);
      return;
    case 0x16: /* BFI, BFC */
      i->form = TF_INSERT;
      i->sources = reg(first, 0, 4) | i->results;
      return;
    case 0x10: case 0x12: case 0x18: case 0x1A: /* SSAT, USAT and of two halves */
      i->form = TF_SATURATE;
      i->sources = reg(first, 0, 4);
      return;
    default:
      i->sources = reg(first, 0, 4);
  }
}

/* A5.3.4: branches and miscellaneous control. */
static void wide_branch(struct tf_instruction *i, unsigned first, unsigned second) {
  if (i->instruction_class != TF_branch) {
    if ((first & 0xFFE0) == 0xF3E0) i->results = reg(second, 8, 4);
    return;
  }
  i->conditional = (second & 0x5000) == 0;
  if (i->conditional) i->sources = FLAGS;
  if ((second & 0x5000) == 0x5000) i->results = TF_REGISTER(14);
}

/* A5.3.13 to A5.3.15: parallel arithmetic, saturating arithmetic, reversal, selection. */
static void wide_parallel(struct tf_instruction *i, unsigned first, unsigned second) {
  i->sources = reg(first, 0, 4) | reg(second, 0, 4);
  if ((second & 0x80) == 0) {
    unsigned prefix = FIELD(second, 4, 2); /* plain, saturating, halving */
    i->form = prefix == 1 ? TF_SATURATING : TF_PARALLEL;
    if (prefix == 0) i->results |= TF_REGISTER(TF_GE_FLAGS);
    return;
  }
  switch (FIELD(first, 4, 2)) {
    case 0:
      i->form = (second & 0x10) ? TF_DOUBLING : TF_SATURATING;
      if (second & 0x10) i->shifted = i->sources;
      return;
    case 1:
      i->form = TF_REVERSE;
      i->shifted = reg(second, 0, 4);
      i->sources = 0;
      return;
    case 2:
      i->form = TF_PARALLEL;
      i->sources |= TF_REGISTER(TF_GE_FLAGS);
      return;
    default:
      i->form = TF_COUNT;
      i->sources = reg(second, 0, 4);
  }
}

/* A5.3.12: shifts and extensions by register. */
static void wide_register(struct tf_instruction *i, unsigned first, unsigned second) {
  i->results = reg(second, 8, 4);
  if (first & 0x80) {
    wide_parallel(i, first, second);
  } else if (second & 0x80) {
    bool adds = FIELD(first, 0, 4) != TF_PROGRAM_COUNTER;
    i->form = adds ? TF_PACK : TF_EXTEND;
    i->sources = reg(first, 0, 4);
    if (adds) i->shifted = reg(second, 0, 4);
    else i->sources = reg(second, 0, 4);
  } else {
    i->form = TF_SHIFT;
    i->sources = reg(first, 0, 4) | reg(second, 0, 4);
    set_flags(i, first & 0x10);
  }
}

/* A5.3.16 and A5.3.17: multiplication and division. */
static void wide_multiply(struct tf_instruction *i, unsigned first, unsigned second) {
  i->sources = reg(first, 0, 4) | reg(second, 0, 4);
  i->results = reg(second, 8, 4);
  bool is_long = first & 0x80;
  if (is_long && i->instruction_class == TF_multiplyLong) {
    i->results |= reg(second, 12, 4);
    if (FIELD(first, 4, 3) >= 4) i->accumulator = i->results;
  } else if (!is_long) {
    i->accumulator = reg(second, 12, 4);
  }
}

/* A5.3: 32-bit encodings. */
void tf_decode_wide(struct tf_instruction *i, unsigned first, unsigned second) {
  if ((first & 0xEC00) == 0xEC00) {
    tf_decode_float(i, (uint16_t)first, (uint16_t)second);
  } else if ((first >> 11) == 0x1D) {
    if (first & 0x0200) wide_shifted(i, first, second);
    else wide_transfer(i, first, second);
  } else if ((first >> 11) == 0x1E) {
    if (second & 0x8000) wide_branch(i, first, second);
    else if (first & 0x0200) wide_plain(i, first, second);
    else wide_modified(i, first, second);
  } else if ((first & 0xFE00) == 0xF800) {
    wide_single(i, first, second);
  } else if ((first & 0xFF00) == 0xFA00) {
    wide_register(i, first, second);
  } else {
    wide_multiply(i, first, second);
  }
}
