/** @file What a Thumb-2 instruction reads and writes, and when: the facts that a pipeline model needs. */
#ifndef TF_THUMB_OPERANDS_H
#define TF_THUMB_OPERANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "thumb_classes.h"

/** A set of registers: bits 0 to 14 are r0 to lr, 32 to 63 are s0 to s31. The program counter is in none. */
typedef uint64_t tf_registers;

enum { TF_STACK_POINTER = 13, TF_PROGRAM_COUNTER = 15, TF_FLAGS, TF_GE_FLAGS, TF_FLOAT_FLAGS, TF_FIRST_FLOAT = 32 };

#define TF_REGISTER(number) ((tf_registers)1 << (number))

/** What an instruction of the classes alu and dsp needs beside an adder; the last is of class floatAlu. */
enum tf_form {
  TF_PLAIN,     /* nothing */
  TF_SHIFT,     /* is a shift */
  TF_SHIFTED,   /* shifts an operand, then computes */
  TF_INSERT,    /* BFI, BFC */
  TF_COUNT,     /* CLZ */
  TF_REVERSE,   /* REV, REV16, REVSH, RBIT */
  TF_EXTRACT,   /* SBFX, UBFX */
  TF_EXTEND,    /* SXTB, SXTH, SXTB16, UXT... */
  TF_PACK,      /* PKH, and extension with addition */
  TF_PARALLEL,  /* SADD16 and the like, SEL */
  TF_SATURATING, /* QADD, QADD16 and the like */
  TF_DOUBLING,  /* QDADD, QDSUB */
  TF_SATURATE,  /* SSAT, USAT, SSAT16, USAT16 */
  TF_MOVE       /* VMOV between floating-point registers */
};

struct tf_instruction {
  enum tf_count instruction_class;
  enum tf_form form;
  /** Words of a multiple transfer, else 0. */
  unsigned words;
  /** Following instructions that an IT makes conditional, else 0. */
  unsigned predicates;
  /** Bytes that a single load or store moves, else 0. */
  unsigned access_bytes;
  /** Inside an IT block: whether it executes depends on the flags. */
  bool predicated;
  /** A branch of any kind that depends on the flags or on a register being zero. */
  bool conditional;
  bool writes_pc;
  bool sets_flags_aside; /* 16 bits long, with a result, and sets the flags as well */
  bool narrow_data;      /* moves a byte or a halfword */
  bool dual;             /* LDRD, STRD */
  bool literal;          /* the address is relative to the program counter */
  bool register_offset;  /* the address is a sum of two registers */
  bool is_double;        /* of double precision */

  /* Read by the address generator, through a shifter, by the adder, as an accumulator, as data to store. */
  tf_registers address;
  tf_registers shifted;
  tf_registers sources;
  tf_registers accumulator;
  tf_registers stored;
  /* Written: results, and an address register that a load or store updates. */
  tf_registers results;
  tf_registers base;
};

struct tf_instruction tf_decode_operands(uint16_t first, uint16_t second, bool predicated);

#endif
