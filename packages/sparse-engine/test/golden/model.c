/*
 * tiny: [8, 8, 3] -> [1, 1, 3]
 *
 * Weights: encoding and the share that is not zero. Arena: byte offset of the output. Live: the layers through which
 * the output is needed; what lies in the arena at one time never overlaps.
 *
 * #   layer                    op                 output      weights        MACs  arena  live
 * 0   stem                     convolution        [4, 4, 8]   panel 2x4 56%  3456  1376   0..4
 * 1   stage1.block0.expand     linear             [4, 4, 16]  panel 2x4 50%  2048  864    1..2
 * 2   stage1.block0.depthwise  depthwise          [4, 4, 16]  dense 100%     2304  1120   2..3
 * 3   stage1.block0.project    linear             [4, 4, 8]   panel 2x4 50%  2048  0      3..4
 * 4   stage1.block0.add        add                [4, 4, 8]   -              -     1376   4..5
 * 5   stage2.embed             convolution        [2, 2, 16]  panel 2x4 50%  4608  648    5..12
 * 6   stage2.block0.norm1      layerNorm          [2, 2, 16]  -              -     128    6..9
 * 7   stage2.block0.query      linear             [2, 2, 16]  panel 2x4 50%  1024  232    7..10
 * 8   stage2.block0.key        linear             [2, 2, 16]  panel 2x4 50%  1024  296    8..10
 * 9   stage2.block0.value      linear             [2, 2, 16]  panel 2x4 50%  1024  360    9..10
 * 10  stage2.block0.attention  attention          [2, 2, 16]  -              512   424    10..11
 * 11  stage2.block0.output     linear             [2, 2, 16]  panel 2x4 50%  1024  488    11..12
 * 12  stage2.block0.add1       add                [2, 2, 16]  -              -     648    12..17
 * 13  stage2.block0.norm2      layerNorm          [2, 2, 16]  -              -     128    13..14
 * 14  stage2.block0.mlp1       linear             [2, 2, 32]  panel 2x4 50%  2048  256    14..15
 * 15  stage2.block0.gelu       lookup             [2, 2, 32]  -              -     256    15..16
 * 16  stage2.block0.mlp2       linear             [2, 2, 16]  panel 2x4 50%  2048  384    16..17
 * 17  stage2.block0.add2       add                [2, 2, 16]  -              -     648    17..18
 * 18  head.pool                globalAveragePool  [1, 1, 16]  -              -     32     18..19
 * 19  head.classifier          linear             [1, 1, 3]   panel 2x4 50%  48    48     19..19
 */
#include "model.h"

#include <stddef.h>

#include "kernels.h"
#include "tfr/tfr_kernels.h"
#include "weights.h"

const char *const model_layer_names[MODEL_LAYER_COUNT] = {
  "stem",
  "stage1.block0.expand",
  "stage1.block0.depthwise",
  "stage1.block0.project",
  "stage1.block0.add",
  "stage2.embed",
  "stage2.block0.norm1",
  "stage2.block0.query",
  "stage2.block0.key",
  "stage2.block0.value",
  "stage2.block0.attention",
  "stage2.block0.output",
  "stage2.block0.add1",
  "stage2.block0.norm2",
  "stage2.block0.mlp1",
  "stage2.block0.gelu",
  "stage2.block0.mlp2",
  "stage2.block0.add2",
  "head.pool",
  "head.classifier",
};

const char *const model_class_names[MODEL_CLASS_COUNT] = {
  "class 0",
  "class 1",
  "class 2",
};

/* stem: convolution [8, 8, 3] -> [4, 4, 8] */
static const struct tfr_convolution_panel_params stem_params = {
  .input_height = 8,
  .input_width = 8,
  .input_channels = 3,
  .output_height = 4,
  .output_width = 4,
  .output_channels = 8,
  .kernel_height = 3,
  .kernel_width = 3,
  .stride_height = 2,
  .stride_width = 2,
  .padding_top = 0,
  .padding_left = 0,
  .input_zero_point = 0,
  .output_zero_point = -128,
  .output_min = -128,
  .output_max = 127,
  .gathers = 1,
  .weight_bytes = 244,
  .weights = stem_weights,
};

/* stage1.block0.expand: linear [4, 4, 8] -> [4, 4, 16] */
static const struct tfr_linear_panel_params stage1_block0_expand_params = {
  .tokens = 16,
  .inputs = 8,
  .outputs = 16,
  .input_zero_point = -128,
  .output_zero_point = -128,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 244,
  .weights = stage1_block0_expand_weights,
};

/* stage1.block0.depthwise: depthwise [4, 4, 16] -> [4, 4, 16] */
static const struct tfr_depthwise_params stage1_block0_depthwise_params = {
  .input_height = 4,
  .input_width = 4,
  .channels = 16,
  .output_height = 4,
  .output_width = 4,
  .kernel_height = 3,
  .kernel_width = 3,
  .stride_height = 1,
  .stride_width = 1,
  .padding_top = 1,
  .padding_left = 1,
  .input_zero_point = -128,
  .output_zero_point = -128,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 144,
  .weights = stage1_block0_depthwise_weights,
  .bias = stage1_block0_depthwise_bias,
  .multiplier = stage1_block0_depthwise_multiplier,
  .shift = stage1_block0_depthwise_shift,
};

/* stage1.block0.project: linear [4, 4, 16] -> [4, 4, 8] */
static const struct tfr_linear_panel_params stage1_block0_project_params = {
  .tokens = 16,
  .inputs = 16,
  .outputs = 8,
  .input_zero_point = -128,
  .output_zero_point = 11,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 164,
  .weights = stage1_block0_project_weights,
};

/* stage1.block0.add: add [4, 4, 8] and [4, 4, 8] -> [4, 4, 8] */
static const struct tfr_add_params stage1_block0_add_params = {
  .size = 128,
  .a_zero_point = -128,
  .b_zero_point = 11,
  .output_zero_point = 3,
  .a_multiplier = 1236265284,
  .a_shift = 32,
  .b_multiplier = 1073741824,
  .b_shift = 31,
  .output_multiplier = 1290728718,
  .output_shift = 49,
  .output_min = -128,
  .output_max = 127,
};

/* stage2.embed: convolution [4, 4, 8] -> [2, 2, 16] */
static const struct tfr_convolution_panel_params stage2_embed_params = {
  .input_height = 4,
  .input_width = 4,
  .input_channels = 8,
  .output_height = 2,
  .output_width = 2,
  .output_channels = 16,
  .kernel_height = 3,
  .kernel_width = 3,
  .stride_height = 2,
  .stride_width = 2,
  .padding_top = 0,
  .padding_left = 0,
  .input_zero_point = 3,
  .output_zero_point = 1,
  .output_min = -128,
  .output_max = 127,
  .gathers = 1,
  .weight_bytes = 884,
  .weights = stage2_embed_weights,
};

/* stage2.block0.norm1: layerNorm [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_layer_norm_params stage2_block0_norm1_params = {
  .rows = 4,
  .columns = 16,
  .epsilon = 4,
  .output_zero_point = 15,
  .multiplier = 1677824006,
  .shift = 49,
  .gamma = stage2_block0_norm1_gamma,
  .beta = stage2_block0_norm1_beta,
};

/* stage2.block0.query: linear [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_linear_panel_params stage2_block0_query_params = {
  .tokens = 4,
  .inputs = 16,
  .outputs = 16,
  .input_zero_point = 15,
  .output_zero_point = -16,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 308,
  .weights = stage2_block0_query_weights,
};

/* stage2.block0.key: linear [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_linear_panel_params stage2_block0_key_params = {
  .tokens = 4,
  .inputs = 16,
  .outputs = 16,
  .input_zero_point = 15,
  .output_zero_point = -26,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 308,
  .weights = stage2_block0_key_weights,
};

/* stage2.block0.value: linear [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_linear_panel_params stage2_block0_value_params = {
  .tokens = 4,
  .inputs = 16,
  .outputs = 16,
  .input_zero_point = 15,
  .output_zero_point = 15,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 308,
  .weights = stage2_block0_value_weights,
};

/* stage2.block0.attention: attention [2, 2, 16] and [2, 2, 16] and [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_attention_params stage2_block0_attention_params = {
  .tokens = 4,
  .heads = 2,
  .head_width = 8,
  .valid_tokens = 4,
  .window_before = 4,
  .window_after = 4,
  .pruned_heads = 0,
  .query_zero_point = -16,
  .value_zero_point = 15,
  .output_zero_point = 16,
  .score_multiplier = 221354486,
  .table_size = 622,
  .value_multiplier = 1590908535,
  .value_shift = 30,
  .table = stage2_block0_attention_table,
};

/* stage2.block0.output: linear [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_linear_panel_params stage2_block0_output_params = {
  .tokens = 4,
  .inputs = 16,
  .outputs = 16,
  .input_zero_point = 16,
  .output_zero_point = 25,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 308,
  .weights = stage2_block0_output_weights,
};

/* stage2.block0.add1: add [2, 2, 16] and [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_add_params stage2_block0_add1_params = {
  .size = 64,
  .a_zero_point = 1,
  .b_zero_point = 25,
  .output_zero_point = -11,
  .a_multiplier = 1073741824,
  .a_shift = 31,
  .b_multiplier = 1965239714,
  .b_shift = 32,
  .output_multiplier = 1074713084,
  .output_shift = 50,
  .output_min = -128,
  .output_max = 127,
};

/* stage2.block0.norm2: layerNorm [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_layer_norm_params stage2_block0_norm2_params = {
  .rows = 4,
  .columns = 16,
  .epsilon = 1,
  .output_zero_point = 4,
  .multiplier = 1677824006,
  .shift = 49,
  .gamma = stage2_block0_norm2_gamma,
  .beta = stage2_block0_norm2_beta,
};

/* stage2.block0.mlp1: linear [2, 2, 16] -> [2, 2, 32] */
static const struct tfr_linear_panel_params stage2_block0_mlp1_params = {
  .tokens = 4,
  .inputs = 16,
  .outputs = 32,
  .input_zero_point = 4,
  .output_zero_point = 13,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 596,
  .weights = stage2_block0_mlp1_weights,
};

/* stage2.block0.gelu: lookup [2, 2, 32] -> [2, 2, 32] */
static const struct tfr_lookup_params stage2_block0_gelu_params = {
  .size = 128,
  .table = stage2_block0_gelu_table,
};

/* stage2.block0.mlp2: linear [2, 2, 32] -> [2, 2, 16] */
static const struct tfr_linear_panel_params stage2_block0_mlp2_params = {
  .tokens = 4,
  .inputs = 32,
  .outputs = 16,
  .input_zero_point = 8,
  .output_zero_point = -10,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 468,
  .weights = stage2_block0_mlp2_weights,
};

/* stage2.block0.add2: add [2, 2, 16] and [2, 2, 16] -> [2, 2, 16] */
static const struct tfr_add_params stage2_block0_add2_params = {
  .size = 64,
  .a_zero_point = -11,
  .b_zero_point = -10,
  .output_zero_point = 16,
  .a_multiplier = 1073741824,
  .a_shift = 31,
  .b_multiplier = 2019445273,
  .b_shift = 32,
  .output_multiplier = 1815818784,
  .output_shift = 49,
  .output_min = -128,
  .output_max = 127,
};

/* head.pool: globalAveragePool [2, 2, 16] -> [1, 1, 16] */
static const struct tfr_average_pool_params head_pool_params = {
  .input_height = 2,
  .input_width = 2,
  .channels = 16,
  .output_height = 1,
  .output_width = 1,
  .kernel_height = 2,
  .kernel_width = 2,
  .stride_height = 2,
  .stride_width = 2,
  .padding_top = 0,
  .padding_left = 0,
  .output_min = -128,
  .output_max = 127,
};

/* head.classifier: linear [1, 1, 16] -> [1, 1, 3] */
static const struct tfr_linear_panel_params head_classifier_params = {
  .tokens = 1,
  .inputs = 16,
  .outputs = 3,
  .input_zero_point = 16,
  .output_zero_point = 29,
  .output_min = -128,
  .output_max = 127,
  .weight_bytes = 92,
  .weights = head_classifier_weights,
};

/* One call with the hook around it; leaves model_run when the kernel refuses. */
#define LAYER(index, result, bytes, call)                           \
  do {                                                              \
    if (hook != NULL) hook(context, (index), 1, (result), (bytes)); \
    const tfr_status status = (call);                               \
    if (status != TFR_OK) return status;                            \
    if (hook != NULL) hook(context, (index), 0, (result), (bytes)); \
  } while (0)

tfr_status model_run(const int8_t *input, int8_t *output, uint8_t *arena, model_hook hook, void *context) {
  int8_t *const stem_output = (int8_t *)arena + 1376;
  int8_t *const stage1_block0_expand_output = (int8_t *)arena + 864;
  int8_t *const stage1_block0_depthwise_output = (int8_t *)arena + 1120;
  int8_t *const stage1_block0_project_output = (int8_t *)arena + 0;
  int8_t *const stage1_block0_add_output = (int8_t *)arena + 1376;
  int8_t *const stage2_embed_output = (int8_t *)arena + 648;
  int8_t *const stage2_block0_norm1_output = (int8_t *)arena + 128;
  int8_t *const stage2_block0_query_output = (int8_t *)arena + 232;
  int8_t *const stage2_block0_key_output = (int8_t *)arena + 296;
  int8_t *const stage2_block0_value_output = (int8_t *)arena + 360;
  int8_t *const stage2_block0_attention_output = (int8_t *)arena + 424;
  int8_t *const stage2_block0_output_output = (int8_t *)arena + 488;
  int8_t *const stage2_block0_add1_output = (int8_t *)arena + 648;
  int8_t *const stage2_block0_norm2_output = (int8_t *)arena + 128;
  int8_t *const stage2_block0_mlp1_output = (int8_t *)arena + 256;
  int8_t *const stage2_block0_gelu_output = (int8_t *)arena + 256;
  int8_t *const stage2_block0_mlp2_output = (int8_t *)arena + 384;
  int8_t *const stage2_block0_add2_output = (int8_t *)arena + 648;
  int8_t *const head_pool_output = (int8_t *)arena + 32;

  LAYER(0, stem_output, 128,
        stem_kernel(&stem_params, input, stem_output, arena + 0));
  LAYER(1, stage1_block0_expand_output, 256,
        stage1_block0_expand_kernel(&stage1_block0_expand_params, stem_output,
            stage1_block0_expand_output, arena + 1120));
  LAYER(2, stage1_block0_depthwise_output, 256,
        tfr_depthwise_dense_s8(&stage1_block0_depthwise_params, stage1_block0_expand_output,
            stage1_block0_depthwise_output, arena + 0));
  LAYER(3, stage1_block0_project_output, 128,
        stage1_block0_project_kernel(&stage1_block0_project_params, stage1_block0_depthwise_output,
            stage1_block0_project_output, arena + 128));
  LAYER(4, stage1_block0_add_output, 128,
        tfr_add_s8(&stage1_block0_add_params, stem_output, stage1_block0_project_output,
            stage1_block0_add_output, NULL));
  LAYER(5, stage2_embed_output, 64,
        stage2_embed_kernel(&stage2_embed_params, stage1_block0_add_output, stage2_embed_output,
            arena + 0));
  LAYER(6, stage2_block0_norm1_output, 64,
        tfr_layer_norm_s8(&stage2_block0_norm1_params, stage2_embed_output, stage2_block0_norm1_output,
            NULL));
  LAYER(7, stage2_block0_query_output, 64,
        stage2_block0_query_kernel(&stage2_block0_query_params, stage2_block0_norm1_output,
            stage2_block0_query_output, arena + 0));
  LAYER(8, stage2_block0_key_output, 64,
        stage2_block0_key_kernel(&stage2_block0_key_params, stage2_block0_norm1_output,
            stage2_block0_key_output, arena + 0));
  LAYER(9, stage2_block0_value_output, 64,
        stage2_block0_value_kernel(&stage2_block0_value_params, stage2_block0_norm1_output,
            stage2_block0_value_output, arena + 0));
  LAYER(10, stage2_block0_attention_output, 64,
        stage2_block0_attention_kernel(&stage2_block0_attention_params, stage2_block0_query_output,
            stage2_block0_key_output, stage2_block0_value_output, stage2_block0_attention_output, arena + 0));
  LAYER(11, stage2_block0_output_output, 64,
        stage2_block0_output_kernel(&stage2_block0_output_params, stage2_block0_attention_output,
            stage2_block0_output_output, arena + 0));
  LAYER(12, stage2_block0_add1_output, 64,
        tfr_add_s8(&stage2_block0_add1_params, stage2_embed_output, stage2_block0_output_output,
            stage2_block0_add1_output, NULL));
  LAYER(13, stage2_block0_norm2_output, 64,
        tfr_layer_norm_s8(&stage2_block0_norm2_params, stage2_block0_add1_output,
            stage2_block0_norm2_output, NULL));
  LAYER(14, stage2_block0_mlp1_output, 128,
        stage2_block0_mlp1_kernel(&stage2_block0_mlp1_params, stage2_block0_norm2_output,
            stage2_block0_mlp1_output, arena + 0));
  LAYER(15, stage2_block0_gelu_output, 128,
        tfr_lookup_s8(&stage2_block0_gelu_params, stage2_block0_mlp1_output, stage2_block0_gelu_output,
            NULL));
  LAYER(16, stage2_block0_mlp2_output, 64,
        stage2_block0_mlp2_kernel(&stage2_block0_mlp2_params, stage2_block0_gelu_output,
            stage2_block0_mlp2_output, arena + 0));
  LAYER(17, stage2_block0_add2_output, 64,
        tfr_add_s8(&stage2_block0_add2_params, stage2_block0_add1_output, stage2_block0_mlp2_output,
            stage2_block0_add2_output, NULL));
  LAYER(18, head_pool_output, 16,
        tfr_average_pool_s8(&head_pool_params, stage2_block0_add2_output, head_pool_output, NULL));
  LAYER(19, output, 3,
        head_classifier_kernel(&head_classifier_params, head_pool_output, output, arena + 0));
  return TFR_OK;
}
