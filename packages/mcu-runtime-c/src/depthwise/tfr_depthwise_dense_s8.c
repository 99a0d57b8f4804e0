/* Depthwise convolution: each channel has its own window. */
#include "depthwise/tfr_depthwise.h"
#include "depthwise/tfr_depthwise_s2.h" /* for calls with their shape compiled in; projects carry it along */

#include "tfr/tfr_kernels.h"

tfr_status tfr_depthwise_dense_s8(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                  void *scratch) {
  return tfr_depthwise_dense(params, input, output, scratch);
}

uint32_t tfr_depthwise_dense_s8_scratch_bytes(const struct tfr_depthwise_params *params) {
  if (!tfr_axis_valid(tfr_depthwise_vertical(params)) || !tfr_axis_valid(tfr_depthwise_horizontal(params)) ||
      params->channels <= 0) {
    return 0;
  }
  const enum tfr_depthwise_kind kind = tfr_depthwise_kind_of(params);
  if (kind == TFR_DEPTHWISE_WIDENED) return tfr_depthwise_strips_bytes(params);
  return kind == TFR_DEPTHWISE_WALKED ? tfr_depthwise_walk_bytes(params) : 0;
}
