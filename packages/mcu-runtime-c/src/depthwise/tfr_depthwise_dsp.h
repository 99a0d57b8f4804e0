/* Depthwise convolution by dense weights on cores with DSP instructions. */
#ifndef TFR_DEPTHWISE_DSP_H
#define TFR_DEPTHWISE_DSP_H

#include "depthwise/tfr_depthwise_3x3.h"
#include "depthwise/tfr_depthwise_channels.h"
#include "depthwise/tfr_depthwise_flat.h"
#include "depthwise/tfr_depthwise_kind.h"
#include "depthwise/tfr_depthwise_lists.h"
#include "depthwise/tfr_depthwise_position.h"

TFR_APART void tfr_depthwise_walk_dense(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                        uint32_t *scratch) {
  tfr_depthwise_walk_kept(params, NULL, tfr_depthwise_way_of(params), input, output, scratch);
}

/* All channels; 0: nothing is done, for most are long. */
TFR_INLINE int tfr_depthwise_short(const struct tfr_depthwise_params *params, enum tfr_depthwise_kind kind,
                                   const int8_t *input, int8_t *output, void *scratch) {
  const int32_t apart = tfr_depthwise_apart(params);
  if (apart < 0) return 0;
  if (kind == TFR_DEPTHWISE_SINGLE) {
    tfr_depthwise_positions(params, input, output);
  } else if (kind == TFR_DEPTHWISE_WIDENED) {
    tfr_depthwise_3x3(params, input, output, (uint32_t *)scratch);
  } else if (tfr_depthwise_has_few_channels(params)) {
    tfr_depthwise_walk_flat(params, input, output, (uint32_t *)scratch);
  } else {
    tfr_depthwise_walk_dense(params, input, output, (uint32_t *)scratch);
  }
  tfr_depthwise_finish_channels(params, apart, input, output);
  return 1;
}

#endif
