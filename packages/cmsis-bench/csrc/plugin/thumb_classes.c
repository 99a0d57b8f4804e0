/**
 * @file Decoding by the tables of the Armv7-M Architecture Reference Manual (DDI 0403E), chapter A5
 * "The Thumb Instruction Set Encoding"; each function below is one of its tables.
 */
#include "thumb_classes.h"

static struct tf_decoded plain(enum tf_count instruction_class) {
  return (struct tf_decoded){instruction_class, 0, 0};
}

static struct tf_decoded transfer(enum tf_count instruction_class, unsigned words) {
  return (struct tf_decoded){instruction_class, words, 0};
}

static unsigned bits_set(unsigned mask) { return (unsigned)__builtin_popcount(mask); }

int tf_is_wide(uint16_t first) { return (first >> 11) >= 0x1D; }

/* A5.2.2 and A5.2.3: register arithmetic and branches to registers. */
static struct tf_decoded narrow_register(uint16_t op) {
  if ((op >> 10) == 0x10) return plain(((op >> 6) & 0xF) == 0xD ? TF_multiply : TF_alu);
  unsigned operation = (op >> 8) & 3;
  if (operation == 3) return plain(TF_branchIndirect);
  int writes_pc = operation != 1 && (op & 0x87) == 0x87;
  return plain(writes_pc ? TF_branchIndirect : TF_alu);
}

/* A5.2.5: miscellaneous 16-bit instructions. */
static struct tf_decoded narrow_miscellaneous(uint16_t op) {
  if ((op & 0xF500) == 0xB100) return plain(TF_branch);
  if ((op & 0xFE00) == 0xB400) return transfer(TF_storeMultiple, bits_set(op & 0x1FF));
  if ((op & 0xFE00) == 0xBC00) return transfer(TF_loadMultiple, bits_set(op & 0x1FF));
  if ((op & 0xFF00) == 0xBF00 && (op & 0xF) != 0) {
    return (struct tf_decoded){TF_it, 0, 4 - (unsigned)__builtin_ctz(op & 0xF)};
  }
  if ((op & 0xFF00) == 0xBE00 || (op & 0xFF00) == 0xBF00 || (op & 0xFFE0) == 0xB660) return plain(TF_system);
  return plain(TF_alu);
}

/* A5.2: 16-bit encodings. */
static struct tf_decoded decode_narrow(uint16_t op) {
  switch (op >> 12) {
    case 0x4:
      return (op >> 11) == 0x9 ? plain(TF_load) : narrow_register(op);
    case 0x5:
      return plain(((op >> 9) & 7) < 3 ? TF_store : TF_load);
    case 0x6:
    case 0x7:
    case 0x8:
    case 0x9:
      return plain((op & 0x800) ? TF_load : TF_store);
    case 0xB:
      return narrow_miscellaneous(op);
    case 0xC:
      return transfer((op & 0x800) ? TF_loadMultiple : TF_storeMultiple, bits_set(op & 0xFF));
    case 0xD:
      return plain(((op >> 8) & 0xF) < 0xE ? TF_branch : TF_system);
    case 0xE:
      return plain(TF_branch);
    default:
      return plain(TF_alu);
  }
}

/* A5.3.5 and A5.3.6: multiple, dual and exclusive transfers, table branches. */
static struct tf_decoded wide_transfer(uint16_t first, uint16_t second) {
  int loads = first & 0x10;
  if ((first & 0x40) == 0) return transfer(loads ? TF_loadMultiple : TF_storeMultiple, bits_set(second));
  if ((first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000) return plain(TF_branchIndirect);
  int exclusive = (first & 0xFFE0) == 0xE840 || (first & 0xFFE0) == 0xE8C0;
  if (exclusive) return plain(loads ? TF_load : TF_store);
  return transfer(loads ? TF_loadMultiple : TF_storeMultiple, 2);
}

/* A5.3.4: branches and miscellaneous control. */
static struct tf_decoded wide_branch(uint16_t first, uint16_t second) {
  int conditional_space = (second & 0x5000) == 0;
  if (conditional_space && (first & 0x0380) == 0x0380) return plain(TF_system);
  return plain((second & 0x5000) == 0x4000 ? TF_system : TF_branch);
}

/* A5.3.12 to A5.3.15: shifts, extensions, parallel arithmetic. */
static struct tf_decoded wide_register(uint16_t first, uint16_t second) {
  if ((first & 0x80) == 0) {
    if ((second & 0x80) == 0) return plain(TF_alu);
    int two_bytes = (first & 0x60) == 0x20;
    int adds = (first & 0xF) != 0xF;
    return plain(two_bytes || adds ? TF_dsp : TF_alu);
  }
  if ((second & 0xC0) != 0x80) return plain(TF_dsp);
  int reverses_or_counts = (first & 0x10) != 0;
  return plain(reverses_or_counts ? TF_alu : TF_dsp);
}

/* A5.3.16 and A5.3.17: multiplication and division. */
static struct tf_decoded wide_multiply(uint16_t first, uint16_t second) {
  if ((first & 0x80) == 0) return plain((second >> 12) == 0xF ? TF_multiply : TF_multiplyAccumulate);
  unsigned operation = (first >> 4) & 7;
  return plain(operation == 1 || operation == 3 ? TF_divide : TF_multiplyLong);
}

/* A6.5: floating-point data processing. */
static struct tf_decoded float_arithmetic(uint16_t first, uint16_t second) {
  if ((first & 0xFF00) == 0xFE00) return plain(TF_floatAlu);
  switch ((first >> 4) & 0xB) {
    case 0x2:
      return plain(TF_floatMultiply);
    case 0x3:
      return plain(TF_floatAlu);
    case 0x8:
      return plain(TF_floatDivide);
    case 0xB: {
      int square_root = (first & 0xF) == 1 && ((second >> 6) & 3) == 3;
      return plain(square_root ? TF_floatDivide : TF_floatAlu);
    }
    default:
      return plain(TF_floatMac);
  }
}

/* A6.4, A6.6 to A6.8: floating-point encodings; other coprocessors count as system instructions. */
static struct tf_decoded coprocessor(uint16_t first, uint16_t second) {
  if ((second & 0x0E00) != 0x0A00) return plain(TF_system);
  if ((first & 0x0E00) == 0x0E00) {
    return (first & 0x1000) == 0 && (second & 0x10) ? plain(TF_floatMove) : float_arithmetic(first, second);
  }
  if ((first & 0xFFE0) == 0xEC40) return plain(TF_floatMove);
  int loads = first & 0x10;
  int single_register = (first & 0x0120) == 0x0100;
  int is_double = second & 0x0100;
  if (single_register && !is_double) return plain(loads ? TF_load : TF_store);
  return transfer(loads ? TF_loadMultiple : TF_storeMultiple, single_register ? 2 : (second & 0xFF));
}

/* A5.3.1 and A5.3.3: immediate operands; saturation is packed-and-saturating arithmetic. */
static struct tf_decoded wide_immediate(uint16_t first) {
  int saturates = (first & 0x0350) == 0x0300; /* SSAT, SSAT16, USAT, USAT16; not SBFX, BFI, UBFX */
  return plain(saturates ? TF_dsp : TF_alu);
}

/* A5.3: 32-bit encodings. */
static struct tf_decoded decode_wide(uint16_t first, uint16_t second) {
  if ((first & 0xEC00) == 0xEC00) return coprocessor(first, second);
  switch (first >> 11) {
    case 0x1D:
      if ((first & 0x0200) == 0) return wide_transfer(first, second);
      return plain((first & 0xFFE0) == 0xEAC0 ? TF_dsp : TF_alu);
    case 0x1E:
      return (second & 0x8000) ? wide_branch(first, second) : wide_immediate(first);
    default:
      if ((first & 0xFE00) == 0xF800) return plain((first & 0x10) ? TF_load : TF_store);
      if ((first & 0xFF00) == 0xFA00) return wide_register(first, second);
      return wide_multiply(first, second);
  }
}

struct tf_decoded tf_decode(uint16_t first, uint16_t second) {
  return tf_is_wide(first) ? decode_wide(first, second) : decode_narrow(first);
}
