/*
 * Depthwise convolution by dense weights. Cores with DSP instructions have three ways (tfr_depthwise_kind.h), two of which
 * lay out strips of the image in scratch memory; others compute it directly.
 */
#ifndef TFR_DEPTHWISE_H
#define TFR_DEPTHWISE_H

#include "depthwise/tfr_depthwise_layer.h"
#include "depthwise/tfr_depthwise_direct.h"
#include "depthwise/tfr_depthwise_kind.h"

#if TFR_HAS_WALKERS
#include "depthwise/tfr_depthwise_dsp.h"
#else
#define tfr_depthwise_short(params, kind, input, output, scratch) 0
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
  const enum tfr_depthwise_kind kind = tfr_depthwise_kind_of(params);
  if (scratch == NULL && kind != TFR_DEPTHWISE_SINGLE) return TFR_ERROR_NULL;
  if (tfr_depthwise_short(params, kind, input, output, scratch)) return TFR_OK;
  return tfr_depthwise_any(params, input, output);
}

#endif
