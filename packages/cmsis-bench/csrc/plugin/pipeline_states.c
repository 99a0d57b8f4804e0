/** @file See pipeline_states.h. */
#include "pipeline_states.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

static uint32_t hash_of(const union tf_pipeline *state) {
  const uint8_t *bytes = (const uint8_t *)state;
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < sizeof *state; i++) hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

static void place(struct tf_states *states, uint32_t number) {
  uint32_t slot = hash_of(&states->states[number]) & (states->table_size - 1);
  while (states->table[slot]) slot = (slot + 1) & (states->table_size - 1);
  states->table[slot] = number + 1;
}

static void grow(struct tf_states *states) {
  states->capacity = states->capacity ? 2 * states->capacity : 256;
  states->states = tf_checked(realloc(states->states, states->capacity * sizeof *states->states));
  states->after_jump = tf_checked(realloc(states->after_jump, states->capacity * sizeof *states->after_jump));
  states->open_cycles = tf_checked(realloc(states->open_cycles, states->capacity * sizeof *states->open_cycles));
  states->table_size = 4 * states->capacity;
  free(states->table);
  states->table = tf_checked(calloc(states->table_size, sizeof *states->table));
  for (uint32_t number = 0; number < states->count; number++) place(states, number);
}

static uint32_t number_of(struct tf_states *states, const union tf_pipeline *state) {
  for (uint32_t slot = hash_of(state) & (states->table_size - 1); states->table[slot];
       slot = (slot + 1) & (states->table_size - 1)) {
    uint32_t number = states->table[slot] - 1;
    if (memcmp(&states->states[number], state, sizeof *state) == 0) return number;
  }
  if (states->count == states->capacity) grow(states);
  uint32_t number = states->count++;
  states->states[number] = *state;
  states->after_jump[number] = UINT32_MAX;
  states->open_cycles[number] = states->model->open_cycles(state);
  place(states, number);
  return number;
}

void tf_states_init(struct tf_states *states, const struct tf_core_model *model) {
  *states = (struct tf_states){.model = model};
  grow(states);
  union tf_pipeline empty;
  memset(&empty, 0, sizeof empty);
  number_of(states, &empty);
}

static const struct tf_transition *learn(struct tf_states *states, struct tf_transitions *transitions, uint32_t from,
                                         const struct tf_instruction *code, size_t length) {
  union tf_pipeline state = states->states[from];
  uint32_t cycles = 0;
  for (size_t i = 0; i < length; i++) cycles += states->model->issue(&state, &code[i]);
  if (transitions->count == transitions->capacity) {
    transitions->capacity = transitions->capacity ? 2 * transitions->capacity : 2;
    transitions->known = tf_checked(realloc(transitions->known, transitions->capacity * sizeof *transitions->known));
  }
  struct tf_transition *transition = &transitions->known[transitions->count++];
  *transition = (struct tf_transition){from, number_of(states, &state), cycles};
  return transition;
}

/* The one found moves a place forward, so that frequent ones are found first. */
static const struct tf_transition *promote(struct tf_transition *known, uint32_t place) {
  if (place == 0) return known;
  struct tf_transition found = known[place];
  known[place] = known[place - 1];
  known[place - 1] = found;
  return &known[place - 1];
}

const struct tf_transition *tf_run(struct tf_states *states, struct tf_transitions *transitions, uint32_t from,
                                   const struct tf_instruction *code, size_t length) {
  for (uint32_t place = 0; place < transitions->count; place++) {
    if (transitions->known[place].from == from) return promote(transitions->known, place);
  }
  return learn(states, transitions, from, code, length);
}

uint32_t tf_after_jump(struct tf_states *states, uint32_t from) {
  if (states->after_jump[from] != UINT32_MAX) return states->after_jump[from];
  union tf_pipeline state = states->states[from];
  states->model->jump(&state);
  uint32_t number = number_of(states, &state);
  states->after_jump[from] = number;
  return number;
}
