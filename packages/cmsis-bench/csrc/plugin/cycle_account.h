/**
 * @file Cycles of what is executed, as a range: the pipeline's of straight-line code, and those of jumps and of memory.
 *
 * Pipeline, branch predictor and caches start empty wherever tf_account_reset is called.
 */
#ifndef TF_CYCLE_ACCOUNT_H
#define TF_CYCLE_ACCOUNT_H

#include "pipeline_states.h"

enum { TF_LOW, TF_HIGH, TF_BOUNDS };

/** Straight-line code, as far as its cycles go. */
struct tf_timed_code {
  struct tf_instruction *code;
  size_t length;
  struct tf_transitions transitions[TF_BOUNDS];
  /** Cycles by which the low estimate may be too low. */
  unsigned uncertainty;
  /** The last instruction and its address: the code ends in a branch if that is one. */
  uint32_t last_address;
  bool ends_in_branch;
  uint32_t bytes;
};

/** What a memory callback of an instruction needs to know. */
struct tf_access {
  unsigned bytes;      /* of a single transfer, else 0 */
  bool counts_words;   /* a conditional transfer of the Cortex-M4: costs a cycle a word only if executed */
  bool counts_overlap; /* it may overlap the transfer before it, which may have been skipped */
  bool aligned;        /* whatever the registers hold */
};

/** `core` is "m4" or "m7". */
void tf_account_open(const char *core);

void tf_account_reset(void);

/** Adds an instruction that follows the one before it in memory. */
void tf_account_add(struct tf_timed_code *code, const struct tf_instruction *instruction, uint32_t address,
                    unsigned bytes);

/** Runs `code` after `previous`; `jumped` if something else than its next instruction in memory. */
void tf_account_run(struct tf_timed_code *code, uint32_t address, const struct tf_timed_code *previous, bool jumped);

/** Whether an instruction's accesses have to be seen, and then what for; `before` is the one before it, or NULL. */
bool tf_account_wants(const struct tf_instruction *instruction, const struct tf_instruction *before,
                      struct tf_access *access);

void tf_account_access(const struct tf_access *access, uint32_t address, unsigned bytes, bool stores);

/** Takes the cycles since the last call. */
void tf_account_take(uint64_t cycles[TF_BOUNDS]);

#endif
