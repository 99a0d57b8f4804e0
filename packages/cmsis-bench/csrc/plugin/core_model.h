/**
 * @file A core's pipeline as a machine that issues instructions in order and says how many cycles pass.
 *
 * A pipeline's state holds only what can still matter, relative to the current cycle, and is compared byte by byte:
 * equal states behave alike for ever, so that what follows a state need only be computed once (pipeline_states.h).
 */
#ifndef TF_CORE_MODEL_H
#define TF_CORE_MODEL_H

#include "thumb_operands.h"

/** Cortex-M4: what the instruction before this one produced. */
struct tf_m4_pipeline {
  tf_registers loaded;   /* by a load whose successor can overlap it */
  tf_registers computed; /* by data processing: too late for an address */
  tf_registers floats;   /* by floating-point arithmetic */
};

enum { TF_M7_REGISTERS = 52 };

/** Cortex-M7: when registers are ready, and what the current cycle still takes. */
struct tf_m7_pipeline {
  uint8_t ready[TF_M7_REGISTERS]; /* cycles until an address could be made of it */
  uint8_t writeback;              /* cycles until the last result is written */
  uint8_t issued;                 /* instructions of this cycle, 0 to 2 */
  uint8_t units;                  /* units that this cycle has taken */
  uint8_t loads;
  uint8_t float_ports;
  uint8_t completion; /* cycles until the last instruction that updated a base is complete */
  uint8_t padding[6];
  tf_registers updated; /* that base, until then; of the in-order model */
  tf_registers fast;    /* written by loads of a word */
};

union tf_pipeline {
  struct tf_m4_pipeline m4;
  struct tf_m7_pipeline m7;
};

struct tf_core_model {
  /** Issues one instruction; returns by how many cycles the current cycle moves on. */
  unsigned (*issue)(union tf_pipeline *pipeline, const struct tf_instruction *instruction);
  /** A taken branch, foreseen: nothing after it issues in its cycle. */
  void (*jump)(union tf_pipeline *pipeline);
  /** 1 when the current cycle has issued something and so has to be paid for. */
  unsigned (*open_cycles)(const union tf_pipeline *pipeline);
  /** Cycles that the estimate may be too low for this instruction, at most. */
  unsigned (*uncertainty)(const struct tf_instruction *instruction);
};

extern const struct tf_core_model tf_cortex_m4;
/** The two assumptions about the order of write-back, which documents leave open. */
extern const struct tf_core_model tf_cortex_m7_out_of_order;
extern const struct tf_core_model tf_cortex_m7_in_order;

#endif
