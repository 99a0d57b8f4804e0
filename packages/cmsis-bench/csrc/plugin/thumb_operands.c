/**
 * @file Operands by the tables of the Armv7-M Architecture Reference Manual (DDI 0403E), chapter A5; floating point is in
 * thumb_float.c. Encodings that the architecture leaves undefined get no operands.
 */
#include "thumb_operands.h"

#include "thumb_float.h"

#define FIELD(code, low, width) (((unsigned)(code) >> (low)) & ((1u << (width)) - 1))

static const tf_registers FLAGS = TF_REGISTER(TF_FLAGS);

/* The register that a field names; the program counter and unused fields (both 15) are no register. */
static tf_registers reg(unsigned code, unsigned low, unsigned width) {
  unsigned number = FIELD(code, low, width);
  return number == TF_PROGRAM_COUNTER ? 0 : TF_REGISTER(number);
}

static tf_registers list(unsigned mask) { return mask & 0x7FFF; }

static void set_flags(struct tf_instruction *i, bool condition) {
  if (condition) i->results |= FLAGS;
}

/* A 16-bit operation sets the flags unless an IT makes it conditional. */
static void set_flags_aside(struct tf_instruction *i) {
  i->sets_flags_aside = !i->predicated;
  set_flags(i, i->sets_flags_aside);
}

/* A5.2.1: shift, add, subtract, move, compare with an immediate. */
static void narrow_immediate(struct tf_instruction *i, unsigned op) {
  if ((op >> 11) != 5) set_flags_aside(i);
  if ((op >> 11) < 3) {
    i->form = (op >> 6) ? TF_SHIFT : TF_PLAIN; /* LSL #0 is MOV */
    i->sources = reg(op, 3, 3);
    i->results |= reg(op, 0, 3);
  } else if ((op >> 11) == 3) {
    i->sources = reg(op, 3, 3) | ((op & 0x400) ? 0 : reg(op, 6, 3));
    i->results |= reg(op, 0, 3);
  } else {
    unsigned operation = FIELD(op, 11, 2);
    if (operation != 0) i->sources = reg(op, 8, 3);
    if (operation != 1) i->results |= reg(op, 8, 3);
    set_flags(i, operation == 1);
  }
}

/* A5.2.2: data processing. */
static void narrow_data(struct tf_instruction *i, unsigned op) {
  enum { LSL = 2, LSR, ASR, ADC, SBC, ROR, TST, RSB, CMP, CMN, ORR, MUL, BIC, MVN };
  unsigned operation = FIELD(op, 6, 4);
  bool compares = operation == TST || operation == CMP || operation == CMN;
  if (operation == LSL || operation == LSR || operation == ASR || operation == ROR) i->form = TF_SHIFT;
  i->sources = reg(op, 3, 3);
  if (operation != MVN && operation != RSB) i->sources |= reg(op, 0, 3);
  if (operation == ADC || operation == SBC) i->sources |= FLAGS;
  if (!compares) i->results = reg(op, 0, 3);
  if (compares) set_flags(i, true);
  else set_flags_aside(i);
}

/* A5.2.3: registers r8 to r15, branches to a register. */
static void narrow_special(struct tf_instruction *i, unsigned op) {
  unsigned operation = FIELD(op, 8, 2);
  tf_registers target = FIELD(op, 0, 3) == 7 && (op & 0x80) ? 0 : TF_REGISTER(FIELD(op, 0, 3) | (op & 0x80) >> 4);
  i->sources = reg(op, 3, 4);
  if (operation == 3) {
    i->writes_pc = true;
    if (op & 0x80) i->results = TF_REGISTER(14);
    return;
  }
  if (operation != 2) i->sources |= target;
  if (operation == 1) i->results = FLAGS;
  else i->results = target;
  i->writes_pc = operation != 1 && target == 0;
}

static void access(struct tf_instruction *i, unsigned bytes) {
  i->access_bytes = bytes;
  i->narrow_data = bytes < 4;
}

static void transferred(struct tf_instruction *i, bool loads, tf_registers registers) {
  if (loads) i->results |= registers;
  else i->stored |= registers;
}

/* A5.2.4: load and store single. */
static void narrow_transfer(struct tf_instruction *i, unsigned op) {
  static const uint8_t bytes_by_register[8] = {4, 2, 1, 1, 4, 2, 1, 2};
  static const uint8_t bytes_by_immediate[4] = {4, 1, 2, 4};
  if ((op >> 12) == 5) {
    access(i, bytes_by_register[FIELD(op, 9, 3)]);
    i->register_offset = true;
    i->address = reg(op, 3, 3) | reg(op, 6, 3);
    transferred(i, FIELD(op, 9, 3) >= 3, reg(op, 0, 3));
    return;
  }
  access(i, bytes_by_immediate[(op >> 12) - 6]);
  bool stack = (op >> 12) == 9;
  i->address = stack ? TF_REGISTER(TF_STACK_POINTER) : reg(op, 3, 3);
  transferred(i, op & 0x800, stack ? reg(op, 8, 3) : reg(op, 0, 3));
}

/* A5.2.5: miscellaneous. */
static void narrow_miscellaneous(struct tf_instruction *i, unsigned op) {
  if ((op & 0xFF00) == 0xB000) {
    i->sources = i->results = TF_REGISTER(TF_STACK_POINTER);
  } else if ((op & 0xF500) == 0xB100) {
    i->sources = reg(op, 0, 3);
    i->conditional = true;
  } else if ((op & 0xFF00) == 0xB200 || (op & 0xFF00) == 0xBA00) {
    i->form = (op & 0x800) ? TF_REVERSE : TF_EXTEND;
    if (op & 0x800) i->shifted = reg(op, 3, 3);
    else i->sources = reg(op, 3, 3);
    i->results = reg(op, 0, 3);
  } else if (i->words) {
    bool loads = op & 0x800;
    i->address = i->base = TF_REGISTER(TF_STACK_POINTER);
    i->writes_pc = loads && (op & 0x100);
    transferred(i, loads, list(op & 0xFF) | (!loads && (op & 0x100) ? TF_REGISTER(14) : 0));
  }
}

static void narrow_multiple(struct tf_instruction *i, unsigned op) {
  i->address = i->base = reg(op, 8, 3);
  if ((op & 0x800) && (op & i->address)) i->base = 0;
  transferred(i, op & 0x800, list(op & 0xFF));
}

/* A5.2: 16-bit encodings. */
static void narrow(struct tf_instruction *i, unsigned op) {
  switch (op >> 12) {
    case 0x4:
      if ((op >> 11) == 9) {
        access(i, 4);
        i->literal = true;
        i->results = reg(op, 8, 3);
      } else if ((op >> 10) == 0x10) {
        narrow_data(i, op);
      } else {
        narrow_special(i, op);
      }
      return;
    case 0x5: case 0x6: case 0x7: case 0x8: case 0x9:
      narrow_transfer(i, op);
      return;
    case 0xA:
      if (op & 0x800) i->sources = TF_REGISTER(TF_STACK_POINTER);
      i->results = reg(op, 8, 3);
      return;
    case 0xB:
      narrow_miscellaneous(i, op);
      return;
    case 0xC:
      narrow_multiple(i, op);
      return;
    case 0xD:
      i->conditional = FIELD(op, 8, 4) < 0xE;
      if (i->conditional) i->sources = FLAGS;
      return;
    case 0xE:
      return;
    default:
      narrow_immediate(i, op);
  }
}

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
static void wide(struct tf_instruction *i, unsigned first, unsigned second) {
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

struct tf_instruction tf_decode_operands(uint16_t first, uint16_t second, bool predicated) {
  struct tf_decoded decoded = tf_decode(first, second);
  struct tf_instruction instruction = {
      .instruction_class = decoded.instruction_class,
      .words = decoded.words,
      .predicates = decoded.predicates,
      .predicated = predicated,
  };
  if (tf_is_wide(first)) wide(&instruction, first, second);
  else narrow(&instruction, first);
  if (predicated) {
    instruction.sources |= FLAGS;
    instruction.conditional |= instruction.writes_pc || decoded.instruction_class == TF_branch;
  }
  return instruction;
}
