/** @file See branch_predictor.h. */
#include "branch_predictor.h"

#include <string.h>

enum { WEAKLY_TAKEN = 2, STRONGLY_TAKEN = 3 };

void tf_predictor_reset(struct tf_predictor *predictor) { memset(predictor, 0, sizeof *predictor); }

bool tf_predictor_learn(struct tf_predictor *predictor, uint32_t branch, bool taken, uint32_t next) {
  unsigned index = (branch >> 1) % TF_PREDICTOR_ENTRIES;
  bool known = predictor->entries[index].used && predictor->entries[index].branch == branch;
  if (!known) {
    if (!taken) return true;
    predictor->entries[index].used = true;
    predictor->entries[index].branch = branch;
    predictor->entries[index].target = next;
    predictor->entries[index].counter = WEAKLY_TAKEN;
    return false;
  }
  bool foreseen = predictor->entries[index].counter >= WEAKLY_TAKEN;
  bool right = foreseen == taken && (!taken || predictor->entries[index].target == next);
  uint8_t *counter = &predictor->entries[index].counter;
  if (taken) {
    predictor->entries[index].target = next;
    if (*counter < STRONGLY_TAKEN) (*counter)++;
  } else if (*counter > 0) {
    (*counter)--;
  }
  return right;
}
