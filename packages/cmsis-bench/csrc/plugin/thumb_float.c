/**
 * @file Floating-point operands by chapter A6 of the Armv7-M Architecture Reference Manual (DDI 0403E).
 *
 * A double register is the two single registers that it overlaps.
 */
#include "thumb_float.h"

struct fields {
  unsigned first;
  unsigned second;
  bool is_double;
};

/* Of a single register the one bit is the low one, of a double the high one (which is 0 in the 16 there are). */
static tf_registers float_register(unsigned four, unsigned one, bool is_double) {
  if (is_double) return (tf_registers)3 << (TF_FIRST_FLOAT + 2 * four);
  return TF_REGISTER(TF_FIRST_FLOAT + (four << 1 | one));
}

static tf_registers destination(struct fields f) {
  return float_register((f.second >> 12) & 15, (f.first >> 6) & 1, f.is_double);
}

static tf_registers operand_n(struct fields f) {
  return float_register(f.first & 15, (f.second >> 7) & 1, f.is_double);
}

static tf_registers operand_m(struct fields f) {
  return float_register(f.second & 15, (f.second >> 5) & 1, f.is_double);
}

static tf_registers core_register(unsigned number) {
  return number == TF_PROGRAM_COUNTER ? 0 : TF_REGISTER(number);
}

/* A6.5, the group with one operand: moves, comparisons, conversions, square root. */
static void one_operand(struct tf_instruction *i, struct fields f) {
  unsigned operation = f.first & 15;
  bool has_operand = f.second & 0x40;
  if (operation == 4 || operation == 5) {
    i->sources = destination(f) | (operation == 4 ? operand_m(f) : 0);
    i->results = TF_REGISTER(TF_FLOAT_FLAGS);
    return;
  }
  bool moves = operation == 0 && !(f.second & 0x80);
  i->results = destination(f);
  if (has_operand) i->sources = operand_m(f);
  if (moves || !has_operand) i->form = TF_MOVE;
}

/* A6.5: data processing. */
static void arithmetic(struct tf_instruction *i, struct fields f) {
  bool selects = (f.first & 0xFF80) == 0xFE00;
  if ((f.first & 0xFF00) != 0xFE00 && ((f.first >> 4) & 0xB) == 0xB) {
    one_operand(i, f);
    return;
  }
  i->results = destination(f);
  i->sources = operand_m(f);
  if ((f.first & 0xFFB0) != 0xFEB0) i->sources |= operand_n(f); /* VRINT and VCVT of Armv8 have one operand */
  if (selects) i->sources |= TF_REGISTER(TF_FLAGS);
  if (i->instruction_class == TF_floatMac) i->accumulator = i->results;
}

/* A6.7: a transfer between a core register and a floating-point one, or the status register. */
static void move_one(struct tf_instruction *i, struct fields f) {
  unsigned core = f.second >> 12;
  bool to_core = f.first & 0x10;
  if ((f.first & 0xFFEF) == 0xEEE1) {
    i->sources = to_core ? TF_REGISTER(TF_FLOAT_FLAGS) : core_register(core);
    i->results = !to_core ? TF_REGISTER(TF_FLOAT_FLAGS)
                          : core == TF_PROGRAM_COUNTER ? TF_REGISTER(TF_FLAGS) : TF_REGISTER(core);
    return;
  }
  i->sources = to_core ? operand_n(f) : core_register(core);
  i->results = to_core ? core_register(core) : operand_n(f);
}

/* A6.8: two core registers and two singles or one double. */
static void move_two(struct tf_instruction *i, struct fields f) {
  tf_registers core = core_register(f.second >> 12) | core_register(f.first & 15);
  tf_registers single = operand_m(f) | (f.is_double ? 0 : operand_m(f) << 1);
  bool to_core = f.first & 0x10;
  i->sources = to_core ? single : core;
  i->results = to_core ? core : single;
}

/* A6.6: loads and stores; a multiple transfer names its first register and the number of words. */
static void transfer(struct tf_instruction *i, struct fields f) {
  unsigned words = i->words ? i->words & ~(f.is_double ? 1u : 0u) : 1;
  unsigned start = f.is_double ? 2 * (f.second >> 12) : (f.second >> 12) << 1 | ((f.first >> 6) & 1);
  tf_registers registers = (((tf_registers)1 << (words < 32 ? words : 32)) - 1) << (TF_FIRST_FLOAT + start);
  bool single = (f.first & 0x0120) == 0x0100;
  i->address = core_register(f.first & 15);
  i->literal = (f.first & 15) == TF_PROGRAM_COUNTER;
  if (single && !f.is_double) i->access_bytes = 4;
  if (!single && (f.first & 0x20)) i->base = i->address;
  if (f.first & 0x10) i->results = registers;
  else i->stored = registers;
}

void tf_decode_float(struct tf_instruction *instruction, uint16_t first, uint16_t second) {
  struct fields f = {first, second, (second & 0x100) != 0};
  instruction->is_double = f.is_double;
  if (instruction->instruction_class == TF_system) return; /* another coprocessor */
  if (instruction->instruction_class == TF_floatMove) {
    if ((first & 0xFFE0) == 0xEC40) move_two(instruction, f);
    else move_one(instruction, f);
  } else if ((first & 0x0E00) == 0x0E00) {
    arithmetic(instruction, f);
  } else {
    transfer(instruction, f);
  }
}
