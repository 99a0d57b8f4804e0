/**
 * @file Issue of the Cortex-M7, two instructions a cycle. Arm publishes no timings; the facts are those that LLVM
 * (ARMScheduleM7.td) and GCC (cortex-m7.md) state. docs/cycle-model.md lists the rules.
 *
 * A time here is the cycle in which an instruction issues. Its result can be used by an addition `latency` cycles
 * later, by an address generator or a shifter one more, by an accumulator or a store some fewer.
 */
#include "core_model.h"

enum unit { SHIFTER = 1, SIMD = 2, MAC = 4, STORE = 8, BRANCH = 16, FLOAT = 32 };

enum { FULL = 2, LOAD_PORTS = 2, FLOAT_PORTS = 2 };

/* GCC lets a division stop the core for 4 cycles, LLVM has it complete after 7. */
enum { DIVISION_CYCLES = 4, DIVISION_COMPLETION = 7 };

/** What an instruction occupies and how long its results take. */
struct issue {
  uint8_t units;
  uint8_t loads;
  uint8_t float_ports;
  uint8_t latency;
  uint8_t completion; /* when the last of its results is written, if not after `latency` */
  bool begins_cycle;  /* the older of a pair only */
  bool alone;
  uint8_t cycles;     /* in which nothing else issues, if more than 1 */
  uint8_t accumulator_advance;
  uint8_t store_advance;
};

static const struct issue by_form[] = {
    [TF_PLAIN] = {.latency = 1},
    [TF_SHIFT] = {.units = SHIFTER, .latency = 1},
    [TF_SHIFTED] = {.units = SHIFTER, .latency = 1},
    [TF_INSERT] = {.units = SHIFTER, .latency = 1, .begins_cycle = true},
    [TF_COUNT] = {.latency = 1, .begins_cycle = true},
    [TF_REVERSE] = {.units = SIMD | SHIFTER, .latency = 0, .begins_cycle = true},
    [TF_EXTRACT] = {.units = SIMD | SHIFTER, .latency = 1, .begins_cycle = true},
    [TF_EXTEND] = {.units = SIMD, .latency = 1, .begins_cycle = true},
    [TF_PACK] = {.units = SIMD | SHIFTER, .latency = 1, .begins_cycle = true},
    [TF_PARALLEL] = {.units = SIMD, .latency = 1, .begins_cycle = true},
    [TF_SATURATING] = {.units = SIMD, .latency = 2, .begins_cycle = true},
    [TF_DOUBLING] = {.units = SIMD | SHIFTER, .latency = 2, .begins_cycle = true},
    [TF_SATURATE] = {.units = SIMD | SHIFTER, .latency = 2, .begins_cycle = true},
};

static const struct issue multiplication = {.units = MAC, .latency = 2, .accumulator_advance = 1};
static const struct issue branch = {.units = BRANCH, .latency = 2};
static const struct issue table_branch = {.loads = 1, .latency = 2, .alone = true, .cycles = 2};
static const struct issue special = {.latency = 3, .alone = true};
static const struct issue skipped = {.latency = 1};

static struct issue data_processing(const struct tf_instruction *i) {
  struct issue issue = by_form[i->form];
  bool compares = i->form == TF_SHIFTED && i->results == TF_REGISTER(TF_FLAGS);
  if (compares) issue.latency = 2;
  return issue;
}

static struct issue load(const struct tf_instruction *i) {
  bool is_float = i->results >> TF_FIRST_FLOAT;
  return (struct issue){.loads = 1, .float_ports = is_float, .latency = i->narrow_data ? 2 : 1};
}

static struct issue store(const struct tf_instruction *i) {
  bool is_float = i->stored >> TF_FIRST_FLOAT;
  if (is_float) return (struct issue){.units = STORE, .float_ports = 1, .latency = 1, .store_advance = 2};
  return (struct issue){.units = STORE, .latency = 2, .store_advance = 1};
}

/* Two words a cycle. */
static struct issue transfer(const struct tf_instruction *i, bool loads) {
  return (struct issue){
      .units = loads ? 0 : STORE,
      .loads = loads ? LOAD_PORTS : 0,
      .latency = loads ? 1 : 2,
      .alone = true,
      .cycles = (uint8_t)((i->words + 1) / 2),
      .store_advance = 1,
  };
}

static struct issue float_arithmetic(const struct tf_instruction *i) {
  struct issue issue = {.units = FLOAT, .float_ports = i->is_double ? FLOAT_PORTS : 1, .latency = 3};
  issue.begins_cycle = i->is_double;
  if (i->instruction_class == TF_floatMac) {
    issue.latency = 6;
    issue.accumulator_advance = 3;
  }
  if (i->instruction_class == TF_floatDivide) issue.completion = i->is_double ? 30 : 16;
  if (i->results == TF_REGISTER(TF_FLOAT_FLAGS)) issue.latency = 0;
  if (i->form == TF_MOVE) issue.units = 0;
  return issue;
}

static struct issue float_move(const struct tf_instruction *i) {
  bool of_flags = (i->results | i->sources) & TF_REGISTER(TF_FLOAT_FLAGS);
  if (of_flags) return (struct issue){.units = FLOAT, .float_ports = 1, .latency = 1, .alone = true};
  bool of_two = (i->results & (i->results - 1)) || (i->sources & (i->sources - 1));
  return (struct issue){.float_ports = of_two ? FLOAT_PORTS : 1, .latency = 3, .alone = of_two};
}

static struct issue describe(const struct tf_instruction *i) {
  switch (i->instruction_class) {
    case TF_alu: case TF_dsp:
      return data_processing(i);
    case TF_multiply: case TF_multiplyAccumulate: case TF_multiplyLong:
      return multiplication;
    case TF_load:
      return load(i);
    case TF_store:
      return store(i);
    case TF_loadMultiple: case TF_storeMultiple:
      return transfer(i, i->instruction_class == TF_loadMultiple);
    case TF_branchIndirect:
      return i->address ? table_branch : branch;
    case TF_branch:
      return branch;
    case TF_floatAlu: case TF_floatMultiply: case TF_floatMac: case TF_floatDivide:
      return float_arithmetic(i);
    case TF_floatMove:
      return float_move(i);
    case TF_divide:
      return (struct issue){.latency = 1, .alone = true, .cycles = DIVISION_CYCLES};
    case TF_it:
      return skipped;
    default:
      return special;
  }
}

static unsigned index_of(unsigned bit) { return bit < TF_FIRST_FLOAT ? bit : bit - TF_FIRST_FLOAT + 20; }

/* When the last of the registers is ready for a reader that needs it `advance` cycles after an address would. */
static unsigned wait_for(const struct tf_m7_pipeline *p, tf_registers registers, unsigned advance) {
  unsigned wait = 0;
  for (; registers; registers &= registers - 1) {
    unsigned ready = p->ready[index_of((unsigned)__builtin_ctzll(registers))];
    if (ready > advance && ready - advance > wait) wait = ready - advance;
  }
  return wait;
}

static unsigned maximum(unsigned a, unsigned b) { return a > b ? a : b; }

static unsigned operand_wait(const struct tf_m7_pipeline *p, const struct tf_instruction *i,
                             const struct issue *issue) {
  unsigned wait = wait_for(p, i->address | i->shifted, 0);
  wait = maximum(wait, wait_for(p, i->sources, 1));
  if (i->form == TF_SHIFTED) wait = maximum(wait, wait_for(p, i->sources & p->fast, 0));
  wait = maximum(wait, wait_for(p, i->accumulator, 1u + issue->accumulator_advance));
  return maximum(wait, wait_for(p, i->stored, 1u + issue->store_advance));
}

static void advance(struct tf_m7_pipeline *p, unsigned cycles) {
  if (cycles == 0) return;
  for (int r = 0; r < TF_M7_REGISTERS; r++) p->ready[r] = p->ready[r] > cycles ? (uint8_t)(p->ready[r] - cycles) : 0;
  p->writeback = p->writeback > cycles ? (uint8_t)(p->writeback - cycles) : 0;
  p->issued = p->units = p->loads = p->float_ports = 0;
  if (cycles > p->completion) p->updated = 0;
  p->completion = p->updated ? (uint8_t)(p->completion - cycles) : 0;
}

static bool fits(const struct tf_m7_pipeline *p, const struct issue *issue) {
  if (p->issued == 0) return true;
  if (p->issued == FULL || issue->begins_cycle || issue->alone) return false;
  return !(p->units & issue->units) && p->loads + issue->loads <= LOAD_PORTS &&
         p->float_ports + issue->float_ports <= FLOAT_PORTS;
}

static void write(struct tf_m7_pipeline *p, tf_registers registers, unsigned latency) {
  for (; registers; registers &= registers - 1) {
    p->ready[index_of((unsigned)__builtin_ctzll(registers))] = (uint8_t)(latency + 1);
  }
}

/* A register that is ready for everybody is not worth remembering as loaded. */
static void remember_loads(struct tf_m7_pipeline *p, const struct tf_instruction *i) {
  bool fast = i->access_bytes == 4 || i->instruction_class == TF_loadMultiple;
  p->fast = fast ? p->fast | i->results : p->fast & ~i->results;
  for (tf_registers rest = p->fast; rest; rest &= rest - 1) {
    unsigned bit = (unsigned)__builtin_ctzll(rest);
    if (p->ready[index_of(bit)] == 0) p->fast &= ~TF_REGISTER(bit);
  }
}

static bool is_branch(const struct tf_instruction *i) {
  return i->instruction_class == TF_branch || i->instruction_class == TF_branchIndirect;
}

static unsigned completion_of(const struct issue *issue) {
  return issue->completion ? issue->completion : issue->latency;
}

/* An instruction that need not wait may find no place in the current cycle. */
static unsigned slot_wait(const struct tf_m7_pipeline *p, const struct issue *issue, unsigned wait) {
  return wait == 0 && !fits(p, issue) ? 1 : wait;
}

static void take_slot(struct tf_m7_pipeline *p, const struct issue *issue) {
  p->issued = issue->alone ? FULL : p->issued + 1;
  p->units |= issue->units;
  p->loads += issue->loads;
  p->float_ports += issue->float_ports;
}

static void write_results(struct tf_m7_pipeline *p, const struct tf_instruction *i, const struct issue *issue) {
  write(p, i->base, 0);
  write(p, i->results, issue->latency);
  remember_loads(p, i);
  if (!is_branch(i)) p->writeback = (uint8_t)maximum(p->writeback, completion_of(issue));
}

/* Nothing else issues in the further cycles of an instruction that takes several. */
static unsigned finish(struct tf_m7_pipeline *p, const struct issue *issue) {
  if (issue->cycles <= 1) return 0;
  advance(p, issue->cycles - 1u);
  p->issued = FULL;
  return issue->cycles - 1u;
}

static unsigned issue_out_of_order(union tf_pipeline *pipeline, const struct tf_instruction *i) {
  struct tf_m7_pipeline *p = &pipeline->m7;
  bool may_be_skipped = i->predicated && !is_branch(i);
  struct issue issue = may_be_skipped ? skipped : describe(i);
  unsigned wait = slot_wait(p, &issue, operand_wait(p, i, &issue));
  advance(p, wait);
  take_slot(p, &issue);
  write_results(p, i, &issue);
  p->writeback = 0; /* does not matter */
  return wait + finish(p, &issue);
}

/*
 * llvm-mca has an instruction that is no branch wait until its first result is not written before an older
 * instruction's last. It counts an updated base, and the flags beside another result of a 16-bit instruction, as
 * written at once, and delays an address that is made of an updated base in the very cycle in which the instruction
 * that updated it completes.
 */
static unsigned issue_in_order(union tf_pipeline *pipeline, const struct tf_instruction *i) {
  struct tf_m7_pipeline *p = &pipeline->m7;
  struct issue issue = describe(i);
  if (i->instruction_class == TF_divide) issue.completion = DIVISION_COMPLETION;
  unsigned first_result = i->base || i->sets_flags_aside ? 0 : issue.latency;
  unsigned wait = operand_wait(p, i, &issue);
  if (p->writeback > first_result && !is_branch(i)) wait = maximum(wait, p->writeback - first_result);
  wait = slot_wait(p, &issue, wait);
  if ((p->updated & i->address) && wait == p->completion) wait++;
  advance(p, wait);
  take_slot(p, &issue);
  write_results(p, i, &issue);
  if (i->base && (i->instruction_class != TF_loadMultiple || i->dual)) {
    p->updated = i->base;
    p->completion = (uint8_t)completion_of(&issue);
  }
  return wait + finish(p, &issue);
}

static void jump(union tf_pipeline *pipeline) { pipeline->m7.issued = FULL; }

static unsigned open_cycles(const union tf_pipeline *pipeline) { return pipeline->m7.issued ? 1 : 0; }

static unsigned uncertainty(const struct tf_instruction *i) {
  (void)i;
  return 0; /* it is between the two models */
}

const struct tf_core_model tf_cortex_m7_out_of_order = {issue_out_of_order, jump, open_cycles, uncertainty};
const struct tf_core_model tf_cortex_m7_in_order = {issue_in_order, jump, open_cycles, uncertainty};
