/*
 * Depthwise convolution by dense weights. 3 x 3 kernels at strides 1 and 2 have a way of their own on cores with DSP
 * instructions (tfr_depthwise_3x3.h), others walk a list of taps (tfr_depthwise_walk.h); both lay out strips of the image
 * in scratch memory. Which way a call goes depends on its sizes alone, so that all cores need the same memory.
 */
#ifndef TFR_DEPTHWISE_H
#define TFR_DEPTHWISE_H

#include "depthwise/tfr_depthwise_layer.h"
#include "depthwise/tfr_depthwise_direct.h"
#include "depthwise/tfr_depthwise_walk.h"

#if TFR_CORE == TFR_CORE_PORTABLE
#define tfr_depthwise_short(params, input, output, scratch) 0
#else
#include "depthwise/tfr_depthwise_dsp.h"
#endif

/* Any factors and sums. */
TFR_INLINE tfr_status tfr_depthwise_any(const struct tfr_depthwise_params *params, const int8_t *input,
                                        int8_t *output) {
  if (!tfr_factors_valid(params->multiplier, params->shift, params->channels)) return TFR_ERROR_RANGE;
  tfr_depthwise_direct(params, input, output);
  return TFR_OK;
}

TFR_INLINE tfr_status tfr_depthwise_dense(const struct tfr_depthwise_params *params, const int8_t *input,
                                          int8_t *output, void *scratch) {
  const tfr_status status = tfr_depthwise_check(params, input, output);
  if (status != TFR_OK) return status;
  if (scratch == NULL && (tfr_depthwise_is_3x3(params) || tfr_depthwise_is_walked(params))) return TFR_ERROR_NULL;
  if (tfr_depthwise_short(params, input, output, scratch)) return TFR_OK;
  return tfr_depthwise_any(params, input, output);
}

#endif
