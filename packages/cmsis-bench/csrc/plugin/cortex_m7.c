/**
 * @file Issue of the Cortex-M7, two instructions a cycle. Arm publishes no timings; the facts are those that LLVM
 * (ARMScheduleM7.td) and GCC (cortex-m7.md) state. docs/cycle-model.md lists the rules.
 *
 * A time here is the cycle in which an instruction issues. Its result can be used by an addition `latency` cycles later,
 * by an address generator or a shifter one more, by an accumulator or a store some fewer.
 */
#include "core_model.h"

enum unit { SHIFTER = 1, SIMD = 2, MAC = 4, STORE = 8, BRANCH = 16, FLOAT = 32 };

enum { FULL = 2, LOAD_PORTS = 2, FLOAT_PORTS = 2 };

/** What an instruction occupies and how long its results take. */
struct issue {
  uint8_t units;
  uint8_t loads;
  uint8_t float_ports;
  uint8_t latency;
  bool begins_cycle; /* the older of a pair only */
  bool alone;
  uint8_t cycles;    /* in which nothing else issues; at least 1 */
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

static struct issue load(const struct tf_instruction *i) {
  bool is_float = i->results >> TF_FIRST_FLOAT;
  return (struct issue){.loads = 1, .float_ports = is_float, .latency = i->sign_or_narrow ? 2 : 1};
}

static struct issue store(const struct tf_instruction *i) {
  bool is_float = i->stored >> TF_FIRST_FLOAT;
  return (struct issue){.units = STORE, .float_ports = is_float, .latency = 2, .store_advance = is_float ? 2 : 1};
}

/* Two words a cycle. */
static struct issue transfer(const struct tf_instruction *i, bool loads) {
  uint8_t cycles = (uint8_t)((i->words + 1) / 2);
  return (struct issue){
      .units = loads ? 0 : STORE,
      .loads = loads ? LOAD_PORTS : 0,
      .latency = loads ? 1 : 2,
      .alone = true,
      .cycles = cycles ? cycles : 1,
      .store_advance = 1,
  };
}

static struct issue floating(const struct tf_instruction *i) {
  bool accumulates = i->instruction_class == TF_floatMac;
  bool moves = i->instruction_class == TF_floatMove;
  return (struct issue){
      .units = FLOAT,
      .float_ports = i->is_double ? FLOAT_PORTS : 1,
      .latency = accumulates ? 6 : i->instruction_class == TF_floatDivide ? (i->is_double ? 30 : 16) : moves ? 1 : 3,
      .begins_cycle = i->is_double,
      .alone = moves,
      .accumulator_advance = 3,
  };
}

static struct issue describe(const struct tf_instruction *i) {
  switch (i->instruction_class) {
    case TF_alu: case TF_dsp: {
      struct issue issue = by_form[i->form];
      bool compares = i->form == TF_SHIFTED && i->results == TF_REGISTER(TF_FLAGS);
      if (compares) issue.latency = 2;
      return issue;
    }
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
    case TF_floatAlu: case TF_floatMultiply: case TF_floatMac: case TF_floatDivide: case TF_floatMove:
      return floating(i);
    case TF_divide:
      return (struct issue){.latency = 1, .alone = true};
    case TF_it:
      return skipped;
    default:
      return special;
  }
}

static unsigned index_of(unsigned bit) { return bit < TF_FIRST_FLOAT ? bit : bit - TF_FIRST_FLOAT + 20; }

/* The latest time at which one of the registers is ready for a reader that needs it `advance` cycles after an address. */
static unsigned wait_for(const struct tf_m7_pipeline *p, tf_registers registers, unsigned advance) {
  unsigned wait = 0;
  for (; registers; registers &= registers - 1) {
    unsigned ready = p->ready[index_of((unsigned)__builtin_ctzll(registers))];
    if (ready > advance && ready - advance > wait) wait = ready - advance;
  }
  return wait;
}

static unsigned maximum(unsigned a, unsigned b) { return a > b ? a : b; }

static unsigned operand_wait(const struct tf_m7_pipeline *p, const struct tf_instruction *i, const struct issue *issue) {
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

static unsigned issue_one(struct tf_m7_pipeline *p, const struct tf_instruction *i, const struct issue *issue, bool in_order) {
  unsigned first_result = i->base && issue->latency ? 0 : issue->latency;
  unsigned wait = operand_wait(p, i, issue);
  if (in_order && p->writeback > first_result) wait = maximum(wait, p->writeback - first_result);
  advance(p, wait);
  if (!fits(p, issue)) {
    advance(p, 1);
    wait++;
  }
  write(p, i->base, 0);
  write(p, i->results, issue->latency);
  remember_loads(p, i);
  p->writeback = (uint8_t)maximum(p->writeback, issue->latency);
  p->issued = issue->alone ? FULL : p->issued + 1;
  p->units |= issue->units;
  p->loads += issue->loads;
  p->float_ports += issue->float_ports;
  unsigned rest = issue->cycles > 1 ? issue->cycles - 1u : 0;
  if (rest) {
    advance(p, rest);
    p->issued = FULL;
  }
  return wait + rest;
}

/* GCC lets a division stop the core for 4 cycles, LLVM gives it 7. */
enum { DIVISION_LOW = 4, DIVISION_HIGH = 7 };

static unsigned issue_out_of_order(union tf_pipeline *pipeline, const struct tf_instruction *i) {
  struct issue issue = i->predicated && i->instruction_class != TF_branch ? skipped : describe(i);
  if (i->instruction_class == TF_divide && !i->predicated) issue.cycles = DIVISION_LOW;
  return issue_one(&pipeline->m7, i, &issue, false);
}

static unsigned issue_in_order(union tf_pipeline *pipeline, const struct tf_instruction *i) {
  struct issue issue = describe(i);
  if (i->instruction_class == TF_divide) issue.cycles = DIVISION_HIGH;
  return issue_one(&pipeline->m7, i, &issue, true);
}

static void jump(union tf_pipeline *pipeline) { pipeline->m7.issued = FULL; }

static unsigned open_cycles(const union tf_pipeline *pipeline) { return pipeline->m7.issued ? 1 : 0; }

static unsigned uncertainty(const struct tf_instruction *i) {
  (void)i;
  return 0; /* it is between the two models */
}

const struct tf_core_model tf_cortex_m7_out_of_order = {issue_out_of_order, jump, open_cycles, uncertainty};
const struct tf_core_model tf_cortex_m7_in_order = {issue_in_order, jump, open_cycles, uncertainty};
