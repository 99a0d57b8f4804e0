/** @file Sorts Thumb-2 instructions of the Armv7E-M architecture into the classes of thumb_classes.def. */
#ifndef TF_THUMB_CLASSES_H
#define TF_THUMB_CLASSES_H

#include <stdint.h>

enum tf_count {
#define TF_CLASS(name) TF_##name,
#define TF_EVENT(name) TF_##name,
#include "thumb_classes.def"
#undef TF_CLASS
#undef TF_EVENT
  TF_COUNTS
};

struct tf_decoded {
  enum tf_count instruction_class;
  /** Words transferred by a multiple load or store, else 0. */
  unsigned words;
  /** Following instructions that an IT makes conditional (1 to 4), else 0. */
  unsigned predicates;
};

/** `second` is ignored for a 16-bit instruction (tf_is_wide(first) == 0). */
struct tf_decoded tf_decode(uint16_t first, uint16_t second);

int tf_is_wide(uint16_t first);

#endif
