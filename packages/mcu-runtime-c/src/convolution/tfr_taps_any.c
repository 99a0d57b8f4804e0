#include "convolution/tfr_taps_any.h"

#include "convolution/tfr_walk_taps.h"

#if TFR_HAS_PANEL_BODIES

#include "convolution/tfr_taps_any_arm.h"

#else

bool tfr_taps_any_serve(const struct tfr_panel *panel, int32_t run, int32_t token_pitch) {
  (void)panel, (void)run, (void)token_pitch;
  return false;
}

void tfr_taps_any4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                   int8_t *output, int32_t stride) {
  tfr_panel_any4(panel, to, tile, walk, output, stride);
}

#endif
