/* See reduce.h. */
#include "reduce.h"

struct join {
  const float *parts;
  float *sum;
  int slices, count, ways;
};

static void join_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct join *j = context;
  const struct span s = slice_span(j->count, j->ways, slice, LANES);
  for (int i = s.first; i < s.end; i += LANES) {
    const int lanes = minimum(LANES, s.end - i);
    vec total = load_lanes(j->parts + i, lanes);
    for (int part = 1; part < j->slices; part++) total += load_lanes(j->parts + part * j->count + i, lanes);
    store_lanes(j->sum + i, total, lanes);
  }
}

static void join_parts(struct team *team, const float *parts, int slices, int count, float *sum) {
  const struct join j = {parts, sum, slices, count, slices_of(count, 4096)};
  run_slices(team, j.ways, join_slice, &j);
}
