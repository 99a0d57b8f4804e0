/*
 * The one translation unit of a build: all kernels for the instruction set whose header is ISA_HEADER. A native build
 * has one of these a variant, and reaches its kernels through the table at the end.
 */
#include "team.c"

#include "gemm.c"
#include "reduce.c"

#include "activation.c"
#include "attention.c"
#include "batch_matmul.c"
#include "batch_norm.c"
#include "batch_norm_gradient.c"
#include "conv.c"
#include "conv_norm.c"
#include "cross_entropy.c"
#include "dense.c"
#include "depthwise_loops.c"
#include "depthwise.c"
#include "depthwise_norm.c"
#include "fake_quantize.c"
#include "layer_norm.c"
#include "optimizer.c"
#include "pool.c"
#include "segment_sum.c"

#ifndef __wasm__
#include "variant.h"

static const struct kernel kernels[] = {
#define TRAINING_KERNEL(name) {#name, name, name##_scratch},
#include "kernels.def"
#undef TRAINING_KERNEL
};

const struct variant VARIANT = {kernels, sizeof kernels / sizeof kernels[0], team_work, team_stop, sizeof(struct team)};
#endif
