/** @file See cycle_account.h; the rules and their sources are in docs/cycle-model.md. */
#include "cycle_account.h"

#include <string.h>

#include "branch_predictor.h"
#include "fail.h"
#include "memory_system.h"

/** What differs between the cores beside their pipelines. */
struct core {
  const char *name;
  const struct tf_core_model *models[TF_BOUNDS];
  /** Of a jump, or of one that was not foreseen where jumps are foreseen. */
  unsigned refill[TF_BOUNDS];
  bool predicts;
  /** Single transfers that are not aligned to their size cost more, or those across this boundary. */
  unsigned alignment;
};

/*
 * Cortex-M4: DDI 0439 gives 1 to 3 cycles to refill the pipeline after a jump; 2 is the middle (3 where the target is
 * loaded). Cortex-M7: LLVM's scheduler gives 6 cycles for a jump that was not foreseen and finds that 4 works better.
 */
static const struct core cores[] = {
    {"m4", {&tf_cortex_m4, NULL}, {2, 2}, false, 0},
    {"m7", {&tf_cortex_m7_out_of_order, &tf_cortex_m7_in_order}, {4, 6}, true, 8},
};

static const struct core *core;
static int bounds; /* pipelines: the Cortex-M7 has two */
static struct tf_states states[TF_BOUNDS];
static uint32_t current[TF_BOUNDS];
static uint64_t cycles[TF_BOUNDS];
static uint64_t uncertain;
static struct tf_predictor predictor;

void tf_account_open(const char *name) {
  for (size_t i = 0; i < sizeof cores / sizeof *cores; i++) {
    if (strcmp(cores[i].name, name) == 0) core = &cores[i];
  }
  if (!core) tf_die("core= has to be m4 or m7");
  bounds = core->models[TF_HIGH] ? TF_BOUNDS : 1;
  for (int bound = 0; bound < bounds; bound++) tf_states_init(&states[bound], core->models[bound]);
}

void tf_account_reset(void) {
  for (int bound = 0; bound < bounds; bound++) {
    cycles[bound] += states[bound].open_cycles[current[bound]];
    current[bound] = 0;
  }
  if (core->predicts) tf_predictor_reset(&predictor);
  tf_memory_reset();
}

void tf_account_add(struct tf_timed_code *code, const struct tf_instruction *instruction, uint32_t address,
                    unsigned bytes) {
  code->code = tf_checked(realloc(code->code, (code->length + 1) * sizeof *code->code));
  code->code[code->length++] = *instruction;
  code->uncertainty += core->models[TF_LOW]->uncertainty(instruction);
  code->last_address = address;
  code->bytes += bytes;
  code->ends_in_branch = instruction->writes_pc || instruction->instruction_class == TF_branch;
}

static void refill(void) {
  for (int bound = 0; bound < bounds; bound++) {
    cycles[bound] += states[bound].open_cycles[current[bound]] + core->refill[bound];
    current[bound] = 0;
  }
}

static void follow(const struct tf_timed_code *previous, uint32_t address, bool jumped) {
  if (!previous->ends_in_branch && !jumped) return;
  if (!core->predicts) {
    if (jumped) refill();
  } else if (!tf_predictor_learn(&predictor, previous->last_address, jumped, address)) {
    refill();
  } else if (jumped) {
    for (int bound = 0; bound < bounds; bound++) current[bound] = tf_after_jump(&states[bound], current[bound]);
  }
}

static void stall(struct tf_stall waited) {
  for (int bound = 0; bound < bounds; bound++) cycles[bound] += waited.least;
  uncertain += waited.most - waited.least;
}

/* The code's cycles, `passed`, are taken to pass evenly over its bytes; prefetches are timed by the low estimate. */
static void fetch(const struct tf_timed_code *code, uint32_t address, uint64_t passed) {
  uint64_t begin = cycles[TF_LOW] - passed;
  unsigned step = tf_memory_fetch_bytes();
  for (uint32_t at = address & ~(step - 1); at < address + code->bytes; at += step) {
    uint32_t done = at > address ? at - address : 0;
    struct tf_stall waited = tf_memory_fetch(at, begin + passed * done / code->bytes);
    begin += waited.least;
    stall(waited);
  }
}

void tf_account_run(struct tf_timed_code *code, uint32_t address, const struct tf_timed_code *previous, bool jumped) {
  follow(previous, address, jumped);
  uint64_t passed[TF_BOUNDS] = {0};
  for (int bound = 0; bound < bounds; bound++) {
    const struct tf_transition *transition =
        tf_run(&states[bound], &code->transitions[bound], current[bound], code->code, code->length);
    passed[bound] = transition->cycles;
    cycles[bound] += transition->cycles;
    current[bound] = transition->to;
  }
  uncertain += code->uncertainty;
  if (tf_memory_waits_for_code() && code->length) fetch(code, address, passed[TF_LOW]);
}

bool tf_account_wants(const struct tf_instruction *i, const struct tf_instruction *before, struct tf_access *access) {
  bool transfers = i->instruction_class >= TF_load && i->instruction_class <= TF_storeMultiple;
  bool conditional = !core->predicts && i->predicated && transfers;
  bool may_be_unaligned = i->access_bytes > 1 && !i->literal;
  bool loads = i->instruction_class == TF_load || i->instruction_class == TF_loadMultiple;
  bool waits = transfers && (loads ? tf_memory_waits_for_loads() : tf_memory_waits_for_stores());
  *access = (struct tf_access){
      .bytes = i->access_bytes,
      .counts_words = conditional && (i->instruction_class != TF_store || i->register_offset),
      .counts_overlap = before && before->predicated && before->instruction_class == TF_load &&
                        !(before->results & i->address),
      .aligned = !may_be_unaligned,
  };
  return access->counts_words || may_be_unaligned || waits;
}

/* DDI 0439, 3.3.2: a halfword on a byte boundary takes 2 transfers, a word 2 or 3; a store does not wait for them. */
static unsigned extra_transfers(uint32_t address, unsigned bytes) {
  if ((address & (bytes - 1)) == 0) return 0;
  return bytes == 4 && (address & 1) ? 2 : 1;
}

static void wait_for_memory(uint32_t address, unsigned bytes, bool stores) {
  if (!stores && tf_memory_waits_for_loads()) stall(tf_memory_load(address, bytes));
  if (stores && tf_memory_waits_for_stores()) uncertain += tf_memory_store(address, bytes);
}

void tf_account_access(const struct tf_access *access, uint32_t address, unsigned bytes, bool stores) {
  wait_for_memory(address, bytes, stores);
  if (core->alignment) {
    if (address / core->alignment != (address + bytes - 1) / core->alignment) cycles[TF_HIGH]++;
    return;
  }
  if (access->counts_words) {
    bool overlaps = access->counts_overlap && access->bytes;
    *(overlaps ? &uncertain : &cycles[TF_LOW]) += bytes > 4 ? bytes / 4 : 1;
  }
  if (!access->aligned) *(stores ? &uncertain : &cycles[TF_LOW]) += extra_transfers(address, bytes);
}

void tf_account_take(uint64_t taken[TF_BOUNDS]) {
  taken[TF_LOW] = cycles[TF_LOW];
  taken[TF_HIGH] = (bounds == 1 ? cycles[TF_LOW] : cycles[TF_HIGH]) + uncertain;
  cycles[TF_LOW] = cycles[TF_HIGH] = uncertain = 0;
}
