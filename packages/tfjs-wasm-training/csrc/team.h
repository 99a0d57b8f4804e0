/*
 * The threads that share a kernel. Work is cut into slices by shape alone, any thread takes the next slice, and sums
 * over slices are joined in the order of the slices: results do not depend on how many threads there are or which ran
 * what. The calling thread takes slices too; the others spin for a while between jobs and then sleep.
 */
#ifndef TEAM_H
#define TEAM_H

#include "training.h"

#define CACHE_LINE 64

typedef void task(const void *context, int slice, int thread);

struct team {
  int32_t threads; /* the caller's included */
  int32_t stop;    /* 1: threads end */
  /* Of the job that is running: its number (32 bits), its slices (16) and the next slice that nobody took (16). */
  uint64_t ticket __attribute__((aligned(CACHE_LINE)));
  uint32_t sleepers; /* threads that wait for a job, or the caller for its end */
  task *run __attribute__((aligned(CACHE_LINE)));
  const void *context;
  uint32_t finished __attribute__((aligned(CACHE_LINE))); /* slices of the job */
};

#define MAX_SLICES 65535

/* Runs `run` for every slice below `slices`. */
static void run_slices(struct team *team, int slices, task *run, const void *context);

struct span {
  int first, end;
};

/* Rows [first, end) of a slice of `total` rows, in multiples of `grain` (the last may be shorter or empty). */
INLINE struct span slice_span(int total, int slices, int slice, int grain) {
  const int rows = ceil_div(ceil_div(total, slices), grain) * grain;
  const struct span s = {minimum(slice * rows, total), minimum((slice + 1) * rows, total)};
  return s;
}

/* Slices of at least `grain` rows: enough for many threads to end at about the same time. */
INLINE int slices_of(int rows, int grain) { return maximum(1, minimum(ceil_div(rows, grain), 64)); }

/* For a second pass over the same rows: what the pass before read last is still in the caches. */
INLINE int backwards(int slices, int slice) { return slices - 1 - slice; }

#define REDUCTION_SLICES 8

/* Slices of a sum over `rows` rows: few, because each has `floats` floats of result that must be joined. */
INLINE int reduction_slices(int rows, int grain, int floats) {
  const int most = floats > 16384 ? REDUCTION_SLICES / 2 : REDUCTION_SLICES;
  return maximum(1, minimum(ceil_div(rows, grain), most));
}

#endif
