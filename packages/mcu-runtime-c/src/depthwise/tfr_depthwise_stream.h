/* The taps stream of FORMAT.md: which taps each group of four channels keeps, and their weights. */
#ifndef TFR_DEPTHWISE_STREAM_H
#define TFR_DEPTHWISE_STREAM_H

#include "depthwise/tfr_depthwise_layer.h"
#include "rows/tfr_bytes.h"

#define TFR_TAPS_MAGIC 0x4454
#define TFR_TAPS_VERSION 1
#define TFR_TAPS_HEADER_BYTES 16
#define TFR_TAPS_MAX 255 /* taps of a window, so that their sum times 128 fits 16 bits */

/* The taps of one group: a bit each, the first in the lowest bit of the first byte; four weights of each one kept. */
struct tfr_depthwise_kept {
  const uint8_t *mask;
  const int8_t *values;
  int32_t step; /* bytes from the weights of a tap to those of the next */
};

TFR_INLINE int tfr_depthwise_taps_sizes_valid(const struct tfr_depthwise_params *params) {
  return tfr_axis_valid(tfr_depthwise_vertical(params)) && tfr_axis_valid(tfr_depthwise_horizontal(params)) &&
         params->channels >= TFR_DEPTHWISE_GROUP && tfr_depthwise_window_taps(params) <= TFR_TAPS_MAX;
}

TFR_INLINE int32_t tfr_depthwise_mask_bytes(const struct tfr_depthwise_params *params) {
  return (params->kernel_height * params->kernel_width + 7) / 8;
}

/* Bits that are set. */
TFR_INLINE int32_t tfr_depthwise_bits(uint32_t byte) {
  int32_t count = 0;
  for (; byte != 0; byte &= byte - 1) count++;
  return count;
}

TFR_INLINE int32_t tfr_depthwise_kept_count(const struct tfr_depthwise_kept *kept, int32_t mask_bytes) {
  int32_t count = 0;
  for (int32_t i = 0; i < mask_bytes; i++) count += tfr_depthwise_bits(kept->mask[i]);
  return count;
}

/* Checks a stream of valid sizes and gives its first group; the next one's mask and values follow. */
TFR_INLINE tfr_status tfr_depthwise_stream_open(const struct tfr_depthwise_params *params,
                                                struct tfr_depthwise_kept *kept) {
  const uint8_t *bytes = (const uint8_t *)params->weights;
  const int32_t taps = params->kernel_height * params->kernel_width;
  const int32_t mask_bytes = tfr_depthwise_mask_bytes(params);
  const int32_t groups = (params->channels + TFR_DEPTHWISE_GROUP - 1) / TFR_DEPTHWISE_GROUP;
  const int64_t values_at = (TFR_TAPS_HEADER_BYTES + (int64_t)groups * mask_bytes + 3) / 4 * 4;
  if (params->weight_bytes < values_at || tfr_load_u16(bytes) != TFR_TAPS_MAGIC || bytes[2] != TFR_TAPS_VERSION ||
      bytes[3] != TFR_DEPTHWISE_GROUP || tfr_load_u32(bytes + 8) != (uint32_t)taps ||
      tfr_load_u32(bytes + 12) != (uint32_t)params->channels ||
      tfr_load_u32(bytes + 4) != (uint32_t)(params->weight_bytes - values_at) / 4 ||
      (params->weight_bytes - values_at) % 4 != 0) {
    return TFR_ERROR_ENCODING;
  }
  kept->mask = bytes + TFR_TAPS_HEADER_BYTES;
  kept->values = (const int8_t *)bytes + values_at;
  kept->step = TFR_DEPTHWISE_GROUP;
  const uint32_t beyond = taps % 8 == 0 ? 0 : (uint32_t)0xff << taps % 8 & 0xff;
  int32_t count = 0;
  for (int32_t i = 1; i <= groups * mask_bytes; i++) {
    const uint32_t mask = kept->mask[i - 1];
    if (i % mask_bytes == 0 && (mask & beyond) != 0) return TFR_ERROR_ENCODING;
    count += tfr_depthwise_bits(mask);
  }
  return (uint32_t)count == tfr_load_u32(bytes + 4) ? TFR_OK : TFR_ERROR_ENCODING;
}

/* Moves on to the next group. */
TFR_INLINE void tfr_depthwise_next_group(struct tfr_depthwise_kept *kept, int32_t mask_bytes) {
  kept->values += TFR_DEPTHWISE_GROUP * tfr_depthwise_kept_count(kept, mask_bytes);
  kept->mask += mask_bytes;
}

#endif
