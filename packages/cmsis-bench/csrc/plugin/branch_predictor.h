/**
 * @file The Cortex-M7's branch predictor: a branch target address cache of two-bit counters.
 *
 * Arm documents that it exists and no more; its size, its counters and that a branch it does not hold is taken to fall
 * through are assumptions.
 */
#ifndef TF_BRANCH_PREDICTOR_H
#define TF_BRANCH_PREDICTOR_H

#include <stdbool.h>
#include <stdint.h>

enum { TF_PREDICTOR_ENTRIES = 64 };

struct tf_predictor {
  struct {
    uint32_t branch;
    uint32_t target;
    uint8_t counter; /* 0 to 3; 2 and 3 foresee a jump; of an entry that is in use */
    bool used;
  } entries[TF_PREDICTOR_ENTRIES];
};

void tf_predictor_reset(struct tf_predictor *predictor);

/** Learns what a branch did, which went on at `next`; whether that was foreseen. */
bool tf_predictor_learn(struct tf_predictor *predictor, uint32_t branch, bool taken, uint32_t next);

#endif
