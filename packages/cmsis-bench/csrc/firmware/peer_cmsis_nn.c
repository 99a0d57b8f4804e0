/**
 * @file Calls the public functions of a CMSIS-NN that the user has built, on the data of our own layers.
 *
 * Each call is a struct of words that the host wrote; what the functions take is made from it outside of the measured
 * region.
 */
#include "arm_nnfunctions.h"
#include "bench_layers.h"

enum {
  PEER_CONVOLVE,
  PEER_DEPTHWISE,
  PEER_FULLY_CONNECTED,
  PEER_FULLY_CONNECTED_PER_CHANNEL,
  PEER_ADD,
  PEER_AVERAGE_POOL,
  PEER_SOFTMAX,
  PEER_BATCH_MATMUL
};

enum { BUFFER_TOO_SMALL = -1001, NO_SUCH_FUNCTION = -1000 };

/* Of convolution, depthwise, fully connected (1x1 window over `width` tokens) and average pool. */
struct window_call {
  int32_t input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t kernel_height, kernel_width, stride_height, stride_width, padding_top, padding_left;
  int32_t input_offset, output_offset, output_min, output_max;
  const int8_t *weights;
  const int32_t *bias;
  int32_t *multiplier, *shift;
  const int8_t *input;
  int8_t *output;
  void *buffer;
  int32_t buffer_bytes;
};

struct add_call {
  int32_t a_offset, a_multiplier, a_shift, b_offset, b_multiplier, b_shift;
  int32_t left_shift, output_offset, output_multiplier, output_shift, output_min, output_max, size;
  const int8_t *a, *b;
  int8_t *output;
};

struct softmax_call {
  int32_t rows, columns, multiplier, shift, minimum_difference;
  const int8_t *input;
  int8_t *output;
};

/* Left [batches][rows][depth], right, transposed, [batches][columns][depth]; output [batches][rows][columns]. */
struct matmul_call {
  int32_t batches, rows, columns, depth, left_offset, right_offset, output_offset, multiplier, shift;
  const int8_t *left, *right;
  int8_t *output;
  void *buffer;
  int32_t buffer_bytes;
};

#define MEASURED(call)             \
  *sp = tfb_stack_pointer();       \
  tfb_region_begin(region);        \
  int32_t status = (int32_t)(call); \
  TFB_REGION_END();                \
  return status

struct shapes {
  cmsis_nn_dims input, filter, bias, output;
};

static struct shapes shapes_of(const struct window_call *w) {
  struct shapes shapes = {
      {1, w->input_height, w->input_width, w->input_channels},
      {w->output_channels, w->kernel_height, w->kernel_width, w->input_channels},
      {1, 1, 1, w->output_channels},
      {1, w->output_height, w->output_width, w->output_channels},
  };
  return shapes;
}

/* Fields that the parameters of both kinds of convolution have. */
#define WINDOW_FIELDS(w)                                                                            \
  .input_offset = (w)->input_offset, .output_offset = (w)->output_offset,                            \
  .stride = {(w)->stride_width, (w)->stride_height}, .padding = {(w)->padding_left, (w)->padding_top}, \
  .dilation = {1, 1}, .activation = {(w)->output_min, (w)->output_max}

static int32_t convolve(const struct window_call *w, uint32_t region, uint8_t **sp) {
  struct shapes s = shapes_of(w);
  cmsis_nn_conv_params params = {WINDOW_FIELDS(w)};
  cmsis_nn_per_channel_quant_params factors = {w->multiplier, w->shift};
  int32_t needed = arm_convolve_wrapper_s8_get_buffer_size(&params, &s.input, &s.filter, &s.output);
  if (needed > w->buffer_bytes) return BUFFER_TOO_SMALL;
  cmsis_nn_context context = {w->buffer, needed};
  MEASURED(arm_convolve_wrapper_s8(&context, &params, &factors, &s.input, w->input, &s.filter, w->weights, &s.bias,
                                   w->bias, &s.output, w->output));
}

static int32_t depthwise(const struct window_call *w, uint32_t region, uint8_t **sp) {
  struct shapes s = shapes_of(w);
  s.filter = (cmsis_nn_dims){1, w->kernel_height, w->kernel_width, w->output_channels};
  cmsis_nn_dw_conv_params params = {.ch_mult = 1, WINDOW_FIELDS(w)};
  cmsis_nn_per_channel_quant_params factors = {w->multiplier, w->shift};
  int32_t needed = arm_depthwise_conv_wrapper_s8_get_buffer_size(&params, &s.input, &s.filter, &s.output);
  if (needed > w->buffer_bytes) return BUFFER_TOO_SMALL;
  cmsis_nn_context context = {w->buffer, needed};
  MEASURED(arm_depthwise_conv_wrapper_s8(&context, &params, &factors, &s.input, w->input, &s.filter, w->weights,
                                         &s.bias, w->bias, &s.output, w->output));
}

static int32_t fully_connected(const struct window_call *w, int is_per_channel, uint32_t region, uint8_t **sp) {
  cmsis_nn_dims input = {w->input_height * w->input_width, 1, 1, w->input_channels};
  cmsis_nn_dims filter = {w->input_channels, 1, 1, w->output_channels};
  cmsis_nn_dims bias = {1, 1, 1, w->output_channels};
  cmsis_nn_dims output = {w->output_height * w->output_width, 1, 1, w->output_channels};
  cmsis_nn_fc_params params = {w->input_offset, 0, w->output_offset, {w->output_min, w->output_max}};
  int32_t needed = arm_fully_connected_s8_get_buffer_size(&filter);
  if (needed > w->buffer_bytes) return BUFFER_TOO_SMALL;
  cmsis_nn_context context = {w->buffer, needed};
  cmsis_nn_per_channel_quant_params factors = {w->multiplier, w->shift};
  if (is_per_channel) {
    MEASURED(arm_fully_connected_per_channel_s8(&context, &params, &factors, &input, w->input, &filter, w->weights,
                                                &bias, w->bias, &output, w->output));
  }
  cmsis_nn_per_tensor_quant_params factor = {w->multiplier[0], w->shift[0]};
  MEASURED(arm_fully_connected_s8(&context, &params, &factor, &input, w->input, &filter, w->weights, &bias, w->bias,
                                  &output, w->output));
}

static int32_t average_pool(const struct window_call *w, uint32_t region, uint8_t **sp) {
  struct shapes s = shapes_of(w);
  cmsis_nn_pool_params params = {{w->stride_width, w->stride_height},
                                 {w->padding_left, w->padding_top},
                                 {w->output_min, w->output_max}};
  int32_t needed = arm_avgpool_s8_get_buffer_size(w->output_width, w->input_channels);
  if (needed > w->buffer_bytes) return BUFFER_TOO_SMALL;
  cmsis_nn_context context = {w->buffer, needed};
  MEASURED(arm_avgpool_s8(&context, &params, &s.input, w->input, &s.filter, &s.output, w->output));
}

static int32_t add(const struct add_call *c, uint32_t region, uint8_t **sp) {
  MEASURED(arm_elementwise_add_s8(c->a, c->b, c->a_offset, c->a_multiplier, c->a_shift, c->b_offset, c->b_multiplier,
                                  c->b_shift, c->left_shift, c->output, c->output_offset, c->output_multiplier,
                                  c->output_shift, c->output_min, c->output_max, c->size));
}

static int32_t softmax(const struct softmax_call *c, uint32_t region, uint8_t **sp) {
  MEASURED((arm_softmax_s8(c->input, c->rows, c->columns, c->multiplier, c->shift, c->minimum_difference, c->output),
            0));
}

static int32_t batch_matmul(const struct matmul_call *c, uint32_t region, uint8_t **sp) {
  cmsis_nn_dims left = {1, c->batches, c->rows, c->depth};
  cmsis_nn_dims right = {1, c->batches, c->columns, c->depth};
  cmsis_nn_dims output = {1, c->batches, c->rows, c->columns};
  cmsis_nn_bmm_params params = {false, false, {c->left_offset, c->right_offset, c->output_offset, {-128, 127}}};
  cmsis_nn_per_tensor_quant_params factor = {c->multiplier, c->shift};
  cmsis_nn_context context = {c->buffer, c->buffer_bytes};
  MEASURED(arm_batch_matmul_s8(&context, &params, &factor, &left, c->left, &right, c->right, &output, c->output));
}

int32_t tfb_peer_run(uint32_t function, const void *words, uint32_t region, uint8_t **sp) {
  switch (function) {
    case PEER_CONVOLVE:
      return convolve(words, region, sp);
    case PEER_DEPTHWISE:
      return depthwise(words, region, sp);
    case PEER_FULLY_CONNECTED:
      return fully_connected(words, 0, region, sp);
    case PEER_FULLY_CONNECTED_PER_CHANNEL:
      return fully_connected(words, 1, region, sp);
    case PEER_ADD:
      return add(words, region, sp);
    case PEER_AVERAGE_POOL:
      return average_pool(words, region, sp);
    case PEER_SOFTMAX:
      return softmax(words, region, sp);
    case PEER_BATCH_MATMUL:
      return batch_matmul(words, region, sp);
    default:
      return NO_SUCH_FUNCTION;
  }
}
