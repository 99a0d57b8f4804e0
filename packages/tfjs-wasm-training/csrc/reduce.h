/* Joining the partial sums of slices, always in the order of the slices. */
#ifndef REDUCE_H
#define REDUCE_H

#include "team.h"
#include "vector.h"

/* sum[i] = parts[0][i] + parts[1][i] + ..., for `count` floats; the parts lie one after another. */
static void join_parts(struct team *team, const float *parts, int slices, int count, float *sum);

#endif
