/* Global average pooling: x [batch, pixels, channels], y [batch, channels]. */
#include "team.h"
#include "vector.h"

struct pool_arguments {
  int32_t batch, pixels, channels;
  address x, y, scratch; /* of the gradient: dx, dy */
};

struct pool_job {
  int batch, pixels, channels, slices;
  float *x, *y;
};

static void average_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct pool_job *j = context;
  const struct span images = slice_span(j->batch, j->slices, slice, 1);
  for (int n = images.first; n < images.end; n++)
    for (int c = 0; c < j->channels; c += LANES) {
      const int lanes = minimum(LANES, j->channels - c);
      const float *x = j->x + n * j->pixels * j->channels + c;
      vec sum = splat(0.0f);
      for (int i = 0; i < j->pixels; i++) sum += load_lanes(x + i * j->channels, lanes);
      store_lanes(j->y + n * j->channels + c, sum * (1.0f / (float)j->pixels), lanes);
    }
}

static void share_slice(const void *context, int slice, int thread) {
  (void)thread;
  const struct pool_job *j = context;
  const struct span images = slice_span(j->batch, j->slices, slice, 1);
  for (int n = images.first; n < images.end; n++)
    for (int c = 0; c < j->channels; c += LANES) {
      const int lanes = minimum(LANES, j->channels - c);
      float *x = j->x + n * j->pixels * j->channels + c;
      const vec share = load_lanes(j->y + n * j->channels + c, lanes) * (1.0f / (float)j->pixels);
      for (int i = 0; i < j->pixels; i++) store_lanes(x + i * j->channels, share, lanes);
    }
}

INLINE int32_t run_pool(struct team *team, char *heap, const struct pool_arguments *a, task *run) {
  const struct pool_job j = {a->batch, a->pixels, a->channels, slices_of(a->batch, 1), FLOATS(a->x), FLOATS(a->y)};
  run_slices(team, j.slices, run, &j);
  return 0;
}

NO_SCRATCH(average_pool)
NO_SCRATCH(average_pool_gradient)

KERNEL(average_pool) { return run_pool(team, heap, arguments, average_slice); }

KERNEL(average_pool_gradient) { return run_pool(team, heap, arguments, share_slice); }
