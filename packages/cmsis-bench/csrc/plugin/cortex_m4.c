/**
 * @file Cycles of the Cortex-M4 by its Technical Reference Manual, Arm DDI 0439: section 3.3.1 "Cortex-M4
 * instructions", 3.3.2 "Load/store timings" and the floating-point table of chapter 7. docs/cycle-model.md lists the
 * rules.
 *
 * Taken branches (tf_m4_refill) and what memory adds are charged where they are seen, in cycle_account.c.
 */
#include "core_model.h"

static bool is_data_processing(enum tf_count instruction_class) {
  return instruction_class <= TF_divide;
}

static bool is_float_arithmetic(enum tf_count instruction_class) {
  return instruction_class >= TF_floatAlu && instruction_class <= TF_floatDivide;
}

static unsigned load_cycles(const struct tf_m4_pipeline *before, const struct tf_instruction *i) {
  bool overlaps = before->loaded && !(before->loaded & i->address);
  if (i->predicated) return 1; /* skipped; an executed one is seen when it accesses memory */
  return overlaps ? 1 : 2;
}

static unsigned store_cycles(const struct tf_m4_pipeline *before, const struct tf_instruction *i) {
  bool overlaps = before->loaded && !(before->loaded & i->address);
  return i->register_offset && !overlaps && !i->predicated ? 2 : 1;
}

static bool moves_two(const struct tf_instruction *i) {
  return (i->results & (i->results - 1)) || (i->sources & (i->sources - 1));
}

static unsigned own_cycles(const struct tf_m4_pipeline *before, const struct tf_instruction *i) {
  switch (i->instruction_class) {
    case TF_load:
      return load_cycles(before, i);
    case TF_store:
      return store_cycles(before, i);
    case TF_loadMultiple: case TF_storeMultiple:
      return i->predicated ? 1 : 1 + i->words;
    case TF_divide:
      return i->predicated ? 1 : 2;
    case TF_floatMac:
      return i->predicated ? 1 : 3;
    case TF_floatDivide:
      return i->predicated ? 1 : 14;
    case TF_floatMove:
      return moves_two(i) && !i->predicated ? 2 : 1;
    case TF_branchIndirect:
      return i->address ? 3 : 1; /* TBB, TBH: the load of the offset, the addition */
    default:
      return 1;
  }
}

static unsigned issue(union tf_pipeline *pipeline, const struct tf_instruction *i) {
  struct tf_m4_pipeline before = pipeline->m4;
  unsigned cycles = own_cycles(&before, i);
  if (!i->predicated && (before.computed & i->address)) cycles++; /* no forwarding to the address generator */
  if (before.floats & (i->sources | i->accumulator)) cycles++;
  bool loads_pc = i->writes_pc && (i->address || i->literal); /* by a table branch as well */
  if (loads_pc && !i->predicated) cycles++; /* its refill is 3 cycles, one more than other branches' */
  pipeline->m4 = (struct tf_m4_pipeline){
      .loaded = i->instruction_class == TF_load && !i->predicated ? i->results : 0,
      .computed = is_data_processing(i->instruction_class) ? i->results & 0x7FFF : 0,
      .floats = is_float_arithmetic(i->instruction_class) ? i->results >> TF_FIRST_FLOAT << TF_FIRST_FLOAT : 0,
  };
  return cycles;
}

static void jump(union tf_pipeline *pipeline) { pipeline->m4 = (struct tf_m4_pipeline){0}; }

static unsigned open_cycles(const union tf_pipeline *pipeline) {
  (void)pipeline;
  return 0;
}

static unsigned uncertainty(const struct tf_instruction *i) {
  switch (i->instruction_class) {
    case TF_divide:
      return i->predicated ? 11 : 10; /* 2 to 12, by the operands' leading bits; or skipped */
    case TF_floatMac:
      return i->predicated ? 2 : 0;
    case TF_floatDivide:
      return i->predicated ? 13 : 0;
    case TF_load:
      return i->literal ? 1 : 0; /* may contend with the fetch unit */
    case TF_store:
      return i->stored >> TF_FIRST_FLOAT ? 1 : 0; /* VSTR is listed with 2 */
    case TF_floatMove:
      return moves_two(i) && i->predicated ? 1 : 0;
    default:
      return 0;
  }
}

const struct tf_core_model tf_cortex_m4 = {issue, jump, open_cycles, uncertainty};
