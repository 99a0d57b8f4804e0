/*
 * Which way dense weights go on cores with DSP instructions: strips widened for 3 x 3 kernels, strips copied and a list of
 * taps walked, or one position after the other. Sizes alone decide, so that all cores need the same memory.
 */
#ifndef TFR_DEPTHWISE_KIND_H
#define TFR_DEPTHWISE_KIND_H

#include "depthwise/tfr_depthwise_plane.h"
#include "depthwise/tfr_depthwise_walk.h"

enum tfr_depthwise_kind { TFR_DEPTHWISE_SINGLE, TFR_DEPTHWISE_WIDENED, TFR_DEPTHWISE_WALKED };

/* Outputs of a channel up to which a list of taps is not worth its while. */
#define TFR_DEPTHWISE_LIST_OUTPUTS 32

/*
 * Are lists worth their while? That is so from some outputs on, if most taps lie inside of the image, for one position after
 * the other leaves out those that do not. Measured; a closer estimate takes longer than it saves.
 */
TFR_INLINE int tfr_depthwise_list_pays(const struct tfr_depthwise_params *params) {
  const uint32_t taps = tfr_depthwise_window_taps(params);
  const int32_t height = params->kernel_height < params->input_height ? params->kernel_height : params->input_height;
  const int32_t width = params->kernel_width < params->input_width ? params->kernel_width : params->input_width;
  return (uint32_t)params->output_height * (uint32_t)params->output_width > TFR_DEPTHWISE_LIST_OUTPUTS &&
         (uint32_t)(height * width) >= taps - taps / 4;
}

/* Few channels: does a row of outputs fill a word of each list, and do all of them fill six? */
TFR_INLINE int tfr_depthwise_is_flat(const struct tfr_depthwise_params *params) {
  const int32_t step = tfr_depthwise_flat_step(params);
  const int32_t bytes = params->output_width * params->channels;
  return bytes >= step && (uint64_t)(uint32_t)bytes * (uint32_t)params->output_height >= 6 * (uint32_t)step &&
         tfr_depthwise_window_taps(params) <= TFR_TAPS_MAX && tfr_depthwise_strip_fits(params);
}

/* Axes are valid. */
TFR_INLINE enum tfr_depthwise_kind tfr_depthwise_kind_of(const struct tfr_depthwise_params *params) {
  if (tfr_depthwise_has_few_channels(params)) {
    return tfr_depthwise_is_flat(params) ? TFR_DEPTHWISE_WALKED : TFR_DEPTHWISE_SINGLE;
  }
  if (tfr_depthwise_is_3x3(params) && tfr_depthwise_strips_pay(params)) return TFR_DEPTHWISE_WIDENED;
  return tfr_depthwise_taps_sizes_valid(params) && tfr_depthwise_list_pays(params) && tfr_depthwise_strip_fits(params)
             ? TFR_DEPTHWISE_WALKED
             : TFR_DEPTHWISE_SINGLE;
}

#endif
