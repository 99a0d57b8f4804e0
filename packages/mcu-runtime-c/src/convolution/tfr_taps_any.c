#include "convolution/tfr_taps_any.h"

#include "convolution/tfr_walk_taps.h"

#if TFR_HAS_PANEL_BODIES
#include "convolution/tfr_taps_any_arm.h"
#else
#define tfr_taps_any_rows(panel, to, tile, walk, output, stride) 0
#endif

void tfr_taps_any4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                   int8_t *output, int32_t stride) {
  const int32_t served = tfr_taps_any_rows(panel, to, tile, walk, output, stride);
  tfr_panel_any_rest4(panel, to, served, tile, walk, output, stride);
}
