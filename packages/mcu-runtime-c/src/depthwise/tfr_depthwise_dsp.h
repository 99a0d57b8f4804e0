/* Which way a depthwise convolution goes on cores with DSP instructions. */
#ifndef TFR_DEPTHWISE_DSP_H
#define TFR_DEPTHWISE_DSP_H

#include "depthwise/tfr_depthwise_layer.h"
#include "depthwise/tfr_depthwise_channels.h"
#include "depthwise/tfr_depthwise_groups.h"
#include "depthwise/tfr_depthwise_walk.h"

#if defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FEATURE_DSP)
#include "depthwise/tfr_depthwise_3x3.h"
#define TFR_DEPTHWISE_HAS_STRIPS 1
#else
#define TFR_DEPTHWISE_HAS_STRIPS 0
#define tfr_depthwise_3x3(params, input, output, scratch) ((void)(scratch))
#endif

/* All channels; 0: nothing is done, for most are long. */
TFR_INLINE int tfr_depthwise_short(const struct tfr_depthwise_params *params, const int8_t *input, int8_t *output,
                                   void *scratch) {
  const int32_t long_channels = tfr_depthwise_long_channels(params);
  if (!tfr_depthwise_mostly_short(params, long_channels)) return 0;
  if (TFR_DEPTHWISE_HAS_STRIPS && tfr_depthwise_is_3x3(params)) {
    tfr_depthwise_3x3(params, input, output, (uint32_t *)scratch);
  } else if (TFR_DEPTHWISE_HAS_STRIPS && tfr_depthwise_is_walked(params)) {
    tfr_depthwise_walk_kept(params, NULL, tfr_depthwise_way_of(params), input, output, (uint32_t *)scratch);
  } else {
    tfr_depthwise_groups(params, input, output);
  }
  tfr_depthwise_finish_channels(params, long_channels, input, output);
  return 1;
}

#endif
