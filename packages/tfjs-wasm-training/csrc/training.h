/*
 * The exported kernels and what they share.
 *
 * The module lives in the heap of TensorFlow.js's WebAssembly backend: it imports that memory, has no static data and
 * no allocator, and every pointer (its stack and scratch included) is an address that the caller took from that heap.
 * All tensors are float32, row-major, NHWC. A `*_scratch` function returns the floats its kernels need as `scratch`.
 */
#ifndef TRAINING_H
#define TRAINING_H

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))

/* Geometry of a window; extents in pixels or channels. The caller writes it as twelve int32. */
struct window {
  int32_t batch, in_height, in_width, in_channels;
  int32_t out_height, out_width, out_channels;
  int32_t kernel_height, kernel_width, stride, pad_top, pad_left;
};

enum activation { ACTIVATION_NONE = 0, ACTIVATION_RELU6 = 1 };

/* conv.c: filter [kernel_height, kernel_width, in_channels, out_channels] */
int conv2d_scratch(const struct window *w);
void conv2d(const struct window *w, const float *x, const float *filter, float *y, float *scratch);
void conv2d_input_gradient(const struct window *w, const float *dy, const float *filter, float *dx, float *scratch);
void conv2d_filter_gradient(const struct window *w, const float *x, const float *dy, float *dfilter, float *scratch);

/* depthwise.c: filter [kernel_height, kernel_width, channels] */
int depthwise_scratch(const struct window *w);
void depthwise(const struct window *w, const float *x, const float *filter, float *y, float *scratch);
void depthwise_input_gradient(const struct window *w, const float *dy, const float *filter, float *dx,
                              float *scratch);
void depthwise_filter_gradient(const struct window *w, const float *x, const float *dy, float *dfilter,
                               float *scratch);

/* batch_norm.c: x, y [rows, channels]; everything else [channels] */
struct batch_norm {
  int32_t rows, channels, activation; /* enum activation */
  int32_t training;                   /* 1: the statistics depend on x */
  float epsilon;
};
int batch_norm_scratch(const struct batch_norm *n);
void batch_norm_statistics(const struct batch_norm *n, const float *x, float *mean, float *variance, float *scratch);
void batch_norm_apply(const struct batch_norm *n, const float *const parameters[4], const float *x, float *y,
                      float *scratch);
void batch_norm_gradient(const struct batch_norm *n, const float *const parameters[4], const float *x,
                         const float *dy, float *const gradients[3], float *scratch);

/* layer_norm.c: x, y [rows, channels]; gamma, beta [channels] */
struct layer_norm {
  int32_t rows, channels;
  float epsilon;
};
void layer_norm(const struct layer_norm *n, const float *x, const float *gamma, const float *beta, float *y);
void layer_norm_gradient(const struct layer_norm *n, const float *x, const float *gamma, const float *dy,
                         float *const gradients[3]);

/* dense.c: x [rows, in], weights [in, out], bias [out] or null; `before` (the value before GELU) or null */
struct dense {
  int32_t rows, in, out;
};
int dense_scratch(const struct dense *d);
void dense(const struct dense *d, const float *const inputs[3], float *y, float *before, float *scratch);
void dense_input_gradient(const struct dense *d, const float *dy, const float *weights, float *dx, float *scratch);
void dense_weight_gradient(const struct dense *d, const float *x, const float *dy, float *dweights, float *scratch);
void dense_bias_gradient(const struct dense *d, const float *dy, float *dbias);

/* attention.c: all tensors [batch, tokens, heads * dim] */
struct attention {
  int32_t batch, tokens, heads, dim;
};
int attention_scratch(const struct attention *s);
void attention(const struct attention *s, const float *const qkv[3], float *y, float *scratch);
void attention_gradient(const struct attention *s, const float *const qkv[3], const float *dy,
                        float *const gradients[3], float *scratch);

/* elementwise.c */
void gelu(int count, const float *x, float *y);
void gelu_gradient(int count, const float *x, const float *dy, float *dx);

/* cross_entropy.c: logits [batch, classes]; returns the row of the first label out of range, or -1 */
int cross_entropy(int batch, int classes, float smoothing, const float *logits, const int32_t *labels, float *loss);
void cross_entropy_gradient(int batch, int classes, float smoothing, const float *logits, const int32_t *labels,
                            const float *dloss, float *dlogits);

/* pool.c: x [batch, pixels, channels], y [batch, channels] */
void average_pool(int batch, int pixels, int channels, const float *x, float *y);
void average_pool_gradient(int batch, int pixels, int channels, const float *dy, float *dx);

/* adamw.c */
struct adamw {
  int32_t count;
  float learning_rate, beta1, beta2, epsilon, decay; /* decay: fraction of a weight lost this step */
  float correction1, correction2;                    /* 1 - beta^step */
};
void adamw(const struct adamw *a, float *weights, const float *gradient, float *first, float *second,
           const float *mask);
double sum_of_squares(int count, const float *x);

#endif
