/** @file Operands of 16-bit instructions by the Armv7-M Architecture Reference Manual (DDI 0403E), chapter A5.2. */
#include "thumb_fields.h"

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
void tf_decode_narrow(struct tf_instruction *i, unsigned op) {
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
