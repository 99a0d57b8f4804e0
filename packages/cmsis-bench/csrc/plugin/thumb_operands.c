/** @file See thumb_operands.h. */
#include "thumb_fields.h"

struct tf_instruction tf_decode_operands(uint16_t first, uint16_t second, bool predicated) {
  struct tf_decoded decoded = tf_decode(first, second);
  struct tf_instruction instruction = {
      .instruction_class = decoded.instruction_class,
      .words = decoded.words,
      .predicates = decoded.predicates,
      .predicated = predicated,
  };
  if (tf_is_wide(first)) tf_decode_wide(&instruction, first, second);
  else tf_decode_narrow(&instruction, first);
  if (predicated) {
    instruction.sources |= FLAGS;
    instruction.conditional |= instruction.writes_pc || decoded.instruction_class == TF_branch;
  }
  return instruction;
}
