/**
 * @file A QEMU TCG plugin that counts executed instructions by class and by region, and estimates their cycles.
 *
 * Firmware marks regions with `movw r12, #id; dbg #1` (begin) and `dbg #2` (end), which do nothing and are not counted.
 * Every translation block is cut at its markers into segments of straight-line code, decoded once; executing one costs
 * a single increment and one look-up of its cycles. Only when a region begins or ends are the segments that ran
 * multiplied out into the region's counts. Pipeline, predictor and caches are empty wherever a region begins or ends.
 *
 * Invariants: a segment runs from its first to its last instruction or faults; an instruction belongs to the innermost
 * open region, or to region 0 when none is open. An instruction that its IT block skips is counted, because the core
 * spends an issue slot on it as well; the `predicated` event bounds how many those are.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cycle_account.h"
#include "fail.h"
#include "memory_system.h"
#include "qemu_plugin_abi1.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_ABI;

enum { REGIONS = 4096, NESTING = 16, NO_ID = -1 };

enum action { RUN, BEGIN, END };

struct segment {
  /** Times executed, and times left by a jump, since the last flush. */
  uint64_t runs;
  uint64_t jumps;
  uint64_t start;
  uint64_t end;
  enum action action;
  /** BEGIN: the region, or NO_ID where the `movw` lies in the previous block; RUN: what a last `movw r12` loads. */
  int id;
  uint32_t counts[TF_COUNTS];
  struct tf_timed_code timed;
};

/** An IT block that a translation block ends within: where it goes on, and for how many instructions. */
struct unfinished_it {
  uint64_t address;
  unsigned remaining;
};

static uint64_t totals[REGIONS][TF_COUNTS];
static uint64_t calls[REGIONS];
static uint64_t cycles[REGIONS][TF_BOUNDS];
static int open_regions[NESTING];
static unsigned depth;

static struct segment origin;
static struct segment *last = &origin;
static struct segment **active;
static size_t active_count;
static size_t segment_count;
static size_t active_capacity;

static struct unfinished_it *unfinished;
static size_t unfinished_count;

static const char *output_path = "regions.json";

static int current_region(void) { return depth ? open_regions[depth - 1] : 0; }

static void flush(void) {
  uint64_t *region = totals[current_region()];
  for (size_t i = 0; i < active_count; i++) {
    struct segment *segment = active[i];
    for (int count = 0; count < TF_COUNTS; count++) region[count] += segment->runs * segment->counts[count];
    region[TF_branchesTaken] += segment->jumps;
    segment->runs = segment->jumps = 0;
  }
  active_count = 0;
  uint64_t taken[TF_BOUNDS];
  tf_account_reset();
  tf_account_take(taken);
  for (int bound = 0; bound < TF_BOUNDS; bound++) cycles[current_region()][bound] += taken[bound];
}

static void begin_region(int id) {
  if (id < 0 || id >= REGIONS) tf_die("a region's id is not in 0..4095");
  if (depth == NESTING) tf_die("more than 16 regions are open at once");
  open_regions[depth++] = id;
  calls[id]++;
}

static void end_region(void) {
  if (depth == 0) tf_die("a region ends that never began");
  depth--;
}

/* A jump is seen from its target: the segment executed before ended somewhere else. */
static inline struct segment *step(struct segment *segment) {
  struct segment *previous = last;
  if (previous->end != segment->start) previous->jumps++;
  last = segment;
  return previous;
}

static void on_run(unsigned int vcpu_index, void *userdata) {
  (void)vcpu_index;
  struct segment *segment = userdata;
  struct segment *previous = step(segment);
  tf_account_run(&segment->timed, (uint32_t)segment->start, &previous->timed, previous->end != segment->start);
  if (segment->runs++ == 0) active[active_count++] = segment;
}

static void on_access(unsigned int vcpu_index, qemu_plugin_meminfo_t info, uint64_t address, void *userdata) {
  (void)vcpu_index;
  unsigned bytes = 1u << qemu_plugin_mem_size_shift(info);
  tf_account_access(userdata, (uint32_t)address, bytes, qemu_plugin_mem_is_store(info));
}

static void on_marker(unsigned int vcpu_index, void *userdata) {
  (void)vcpu_index;
  struct segment *segment = userdata;
  struct segment *previous = step(segment);
  tf_account_run(&segment->timed, (uint32_t)segment->start, &previous->timed, previous->end != segment->start);
  flush();
  if (segment->action == END) {
    end_region();
  } else if (segment->id != NO_ID) {
    begin_region(segment->id);
  } else {
    totals[current_region()][TF_alu]--; /* the marker's `movw`, counted with the block before */
    begin_region(previous->id);
  }
}

static struct segment *new_segment(enum action action, uint64_t start) {
  struct segment *segment = tf_checked(calloc(1, sizeof *segment));
  segment->action = action;
  segment->id = NO_ID;
  segment->start = segment->end = start;
  if (++segment_count > active_capacity) {
    active_capacity = active_capacity ? 2 * active_capacity : 1024;
    active = tf_checked(realloc(active, active_capacity * sizeof(struct segment *)));
  }
  return segment;
}

struct code {
  struct qemu_plugin_insn *insn;
  uint64_t address;
  uint64_t end;
  uint16_t first;
  uint16_t second;
};

/* QEMU's own size of an instruction is not used: before the end of a page it includes a look at the next one. */
static struct code read_code(const struct qemu_plugin_tb *tb, size_t index) {
  struct code code = {.insn = qemu_plugin_tb_get_insn(tb, index)};
  const uint8_t *bytes = qemu_plugin_insn_data(code.insn);
  code.first = (uint16_t)(bytes[0] | bytes[1] << 8);
  int wide = tf_is_wide(code.first);
  code.address = qemu_plugin_insn_vaddr(code.insn);
  code.end = code.address + (wide ? 4 : 2);
  if (wide) code.second = (uint16_t)(bytes[2] | bytes[3] << 8);
  return code;
}

static int is_debug_hint(const struct code *code, unsigned option) {
  return code->first == 0xF3AF && code->second == (0x80F0 | option);
}

/** The immediate of `movw r12, #immediate`, or NO_ID. */
static int movw_r12(const struct code *code) {
  if ((code->first & 0xFBF0) != 0xF240 || (code->second & 0x8F00) != 0x0C00) return NO_ID;
  return (code->first & 0xF) << 12 | (code->first & 0x400) << 1 | (code->second & 0x7000) >> 4 | (code->second & 0xFF);
}

/* Called at the start of a block: how many instructions are still inside the IT block of the block before it. */
static unsigned take_unfinished_it(uint64_t address) {
  for (size_t i = 0; i < unfinished_count; i++) {
    if (unfinished[i].address == address) return unfinished[i].remaining;
  }
  return 0;
}

static void remember_unfinished_it(uint64_t address, unsigned remaining) {
  if (take_unfinished_it(address) != 0) return;
  unfinished = tf_checked(realloc(unfinished, (unfinished_count + 1) * sizeof *unfinished));
  unfinished[unfinished_count++] = (struct unfinished_it){address, remaining};
}

static void watch_accesses(const struct segment *segment, const struct code *code) {
  const struct tf_timed_code *timed = &segment->timed;
  const struct tf_instruction *added = &timed->code[timed->length - 1];
  struct tf_access access;
  if (!tf_account_wants(added, timed->length > 1 ? added - 1 : NULL, &access)) return;
  struct tf_access *kept = tf_checked(malloc(sizeof *kept));
  *kept = access;
  qemu_plugin_register_vcpu_mem_cb(code->insn, on_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, kept);
}

/* Adds one instruction; returns how many instructions after it are conditional. */
static unsigned add_instruction(struct segment *segment, const struct code *code, unsigned predicated) {
  struct tf_instruction added = tf_decode_operands(code->first, code->second, predicated != 0);
  segment->counts[added.instruction_class]++;
  if (added.instruction_class == TF_loadMultiple) segment->counts[TF_loadWords] += added.words;
  if (added.instruction_class == TF_storeMultiple) segment->counts[TF_storeWords] += added.words;
  if (predicated) segment->counts[TF_predicated]++;
  segment->end = code->end;
  segment->id = movw_r12(code);
  tf_account_add(&segment->timed, &added, (uint32_t)code->address, (unsigned)(code->end - code->address));
  watch_accesses(segment, code);
  return predicated ? predicated - 1 : added.predicates;
}

static void place_marker(enum action action, int id, const struct code *from, const struct code *to) {
  struct segment *marker = new_segment(action, from->address);
  marker->id = id;
  marker->end = to->end;
  qemu_plugin_register_vcpu_insn_exec_cb(to->insn, on_marker, QEMU_PLUGIN_CB_NO_REGS, marker);
}

static void on_translate(qemu_plugin_id_t plugin, struct qemu_plugin_tb *tb) {
  (void)plugin;
  size_t count = qemu_plugin_tb_n_insns(tb);
  struct segment *segment = NULL;
  struct code code = read_code(tb, 0);
  unsigned predicated = take_unfinished_it(code.address);
  for (size_t i = 0; i < count; i++) {
    code = read_code(tb, i);
    struct code next = i + 1 < count ? read_code(tb, i + 1) : code;
    int id = movw_r12(&code);
    if (id != NO_ID && is_debug_hint(&next, 1)) {
      place_marker(BEGIN, id, &code, &next);
      code = next;
      i++;
      segment = NULL;
    } else if (is_debug_hint(&code, 1) || is_debug_hint(&code, 2)) {
      place_marker(is_debug_hint(&code, 1) ? BEGIN : END, NO_ID, &code, &code);
      segment = NULL;
    } else {
      if (!segment) {
        segment = new_segment(RUN, code.address);
        qemu_plugin_register_vcpu_insn_exec_cb(code.insn, on_run, QEMU_PLUGIN_CB_NO_REGS, segment);
      }
      predicated = add_instruction(segment, &code, predicated);
    }
  }
  if (predicated) remember_unfinished_it(code.end, predicated);
}

static const char *const count_names[] = {
#define TF_CLASS(name) #name,
#define TF_EVENT(name) #name,
#include "thumb_classes.def"
#undef TF_CLASS
#undef TF_EVENT
};

static void write_region(FILE *file, int id, const char *separator) {
  fprintf(file, "%s\n    {\"id\": %d, \"calls\": %" PRIu64, separator, id, calls[id]);
  fprintf(file, ", \"cycles\": %" PRIu64 ", \"cyclesHigh\": %" PRIu64, cycles[id][TF_LOW], cycles[id][TF_HIGH]);
  fputs(", \"counts\": {", file);
  for (int count = 0; count < TF_COUNTS; count++) {
    fprintf(file, "%s\"%s\": %" PRIu64, count ? ", " : "", count_names[count], totals[id][count]);
  }
  fputs("}}", file);
}

static void on_exit_of_qemu(qemu_plugin_id_t plugin, void *userdata) {
  (void)plugin;
  (void)userdata;
  flush();
  FILE *file = fopen(output_path, "w");
  if (!file) tf_die("cannot write the report");
  fputs("{\n  \"formatVersion\": 2,\n  \"regions\": [", file);
  const char *separator = "";
  for (int id = 0; id < REGIONS; id++) {
    if (id != 0 && calls[id] == 0) continue;
    write_region(file, id, separator);
    separator = ",";
  }
  fputs("\n  ]\n}\n", file);
  if (fclose(file) != 0) tf_die("cannot write the report");
}

/* The value of an option NAME=VALUE, or NULL when it is another option. */
static const char *option(const char *argument, const char *name) {
  size_t length = strlen(name);
  return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1 : NULL;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
  const char *core = "";
  for (int i = 0; i < argc; i++) {
    const char *out = option(argv[i], "out");
    if (out) output_path = tf_checked(strdup(out));
    else if (option(argv[i], "core")) core = option(argv[i], "core");
    else if (!tf_memory_option(argv[i])) tf_die("an option is neither out=FILE, core=m4|m7 nor one of memory");
  }
  if (strcmp(info->target_name, "arm") != 0) tf_die("only 32-bit Arm is understood");
  tf_account_open(core);
  tf_memory_open();
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
  return 0;
}
