/* Sums of rows by segment: sums [segments, width] of x [rows, width]. Rows of a segment out of range are left out. */
#include "team.h"
#include "vector.h"

struct segment_sum_arguments {
  int32_t rows, width, segments;
  address x, ids, sums; /* ids: int32 [rows] */
  address scratch;
};

struct segment_sum_job {
  const struct segment_sum_arguments *a;
  const float *x;
  const int32_t *ids;
  float *sums;
  int slices;
};

/* A slice is a range of segments, so that no two threads add to one. */
static void segment_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct segment_sum_job *j = context;
  const int width = j->a->width;
  const struct span s = slice_span(j->a->segments, j->slices, slice, 1);
  clear(j->sums + s.first * width, (s.end - s.first) * width);
  for (int r = 0; r < j->a->rows; r++) {
    if (j->ids[r] < s.first || j->ids[r] >= s.end) continue;
    float *sum = j->sums + j->ids[r] * width;
    for (int c = 0; c < width; c += LANES) {
      const int lanes = minimum(LANES, width - c);
      store_lanes(sum + c, load_lanes(sum + c, lanes) + load_lanes(j->x + r * width + c, lanes), lanes);
    }
  }
}

NO_SCRATCH(segment_sum)

KERNEL(segment_sum) {
  const struct segment_sum_arguments *a = arguments;
  const struct segment_sum_job j = {a, FLOATS(a->x), (const int32_t *)(const void *)(heap + a->ids), FLOATS(a->sums),
                                    slices_of(a->segments, 256)};
  run_slices(team, j.slices, segment_slice, &j);
  return 0;
}
