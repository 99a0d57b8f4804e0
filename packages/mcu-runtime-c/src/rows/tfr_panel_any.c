#include "rows/tfr_panel_any.h"

#if TFR_HAS_PANEL_BODIES
#include "rows/tfr_token_any_arm.h"
#else
#include "rows/tfr_panel_any_portable.h"
#endif

static void one_token(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                      int8_t *output) {
  if (tfr_panel_any_token(panel, to, tile, walk, output)) return;
  tfr_panel_rows1(panel, to, tile, walk, output);
}

void tfr_panel_any4(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, struct tfr_walk walk,
                    int8_t *output, int32_t stride) {
  if (tfr_panel_any_rows(panel, to, tile, walk, output, stride)) return;
  for (int32_t token = 0; token < TFR_PANEL_TOKENS; token++) {
    one_token(panel, to, (const uint8_t *)tile + token * walk.token_pitch, walk, output + token * stride);
  }
}

void tfr_panel_any1(const struct tfr_panel *panel, struct tfr_panel_output to, const void *tile, int32_t quad_pitch,
                    int8_t *output) {
  const struct tfr_walk walk = {.token_pitch = TFR_PANEL_QUAD_BYTES, .quad_pitch = quad_pitch};
  one_token(panel, to, tile, walk, output);
}
