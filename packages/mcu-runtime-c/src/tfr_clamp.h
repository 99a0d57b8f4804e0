/* The clamp of a fused activation as a pass over outputs that are finished but for it. */
#ifndef TFR_CLAMP_H
#define TFR_CLAMP_H

#include <stdint.h>

/* `low` <= `high`; neither is outside of int8. */
void tfr_clamp_s8(int8_t *values, int32_t count, int32_t low, int32_t high);

#endif
