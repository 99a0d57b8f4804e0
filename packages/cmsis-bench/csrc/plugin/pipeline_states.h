/**
 * @file Runs straight-line code through a core model, each pair of code and pipeline state once.
 *
 * Pipeline states are numbered; 0 is the empty pipeline. A piece of code maps a state to cycles and a new state, which
 * is remembered with the code, so that executing it again is a look-up. The result is that of issuing every
 * instruction.
 */
#ifndef TF_PIPELINE_STATES_H
#define TF_PIPELINE_STATES_H

#include <stddef.h>

#include "core_model.h"

struct tf_transition {
  uint32_t from;
  uint32_t to;
  uint32_t cycles;
};

/** What a piece of code does to the pipeline states that it has met. */
struct tf_transitions {
  struct tf_transition *known;
  uint32_t count;
  uint32_t capacity;
};

struct tf_states {
  const struct tf_core_model *model;
  union tf_pipeline *states;
  uint32_t *after_jump;  /* UINT32_MAX: not yet known */
  uint32_t *open_cycles; /* that its current cycle has to be paid */
  uint32_t count;
  uint32_t capacity;
  uint32_t *table; /* open addressing; state + 1 */
  uint32_t table_size;
};

void tf_states_init(struct tf_states *states, const struct tf_core_model *model);

/** The transition of `code` (of `length` instructions) from a state; it stays valid until the next call. */
const struct tf_transition *tf_run(struct tf_states *states, struct tf_transitions *transitions, uint32_t from,
                                   const struct tf_instruction *code, size_t length);

uint32_t tf_after_jump(struct tf_states *states, uint32_t from);

#endif
