/*
 * Windows copied together, for convolutions that a strip does not serve: outputs too few in a row, strides too long,
 * channels so few that their padding to four would cost more than the copy. Four patches at a time become the four tokens
 * of a linear layer.
 */
#ifndef TFR_PATCHES_H
#define TFR_PATCHES_H

#include "convolution/tfr_strip.h"
#include "rows/tfr_panel_walk.h"

/* Bytes of a patch, padded to whole quads. */
TFR_INLINE int32_t tfr_patch_bytes(const struct tfr_image *image) {
  return tfr_divide_up(image->y.kernel * image->x.kernel * image->channels, 4) * 4;
}

/* The part of a window that lies in the image. */
struct tfr_window {
  struct tfr_taps y;
  struct tfr_taps x;
  const int8_t *first; /* its first value */
  bool is_whole;
};

TFR_INLINE struct tfr_window tfr_window_at(const struct tfr_image *image, const int8_t *input, int32_t position) {
  struct tfr_window window = {.y = tfr_window_taps(image->y, position / image->x.output),
                              .x = tfr_window_taps(image->x, position % image->x.output)};
  window.first = input + (window.y.first + window.y.begin) * image->row_pitch +
                 (window.x.first + window.x.begin) * image->channels;
  window.is_whole = window.y.end - window.y.begin == image->y.kernel && window.x.end - window.x.begin == image->x.kernel;
  return window;
}

TFR_INLINE void tfr_patch_clear(const struct tfr_image *image, int8_t *patch) {
  for (int32_t i = 0; i < tfr_patch_bytes(image); i++) patch[i] = (int8_t)image->zero_point;
}

/* A window as the bytes of a patch; what lies outside of the image holds the zero point, as the padding does already. */
TFR_INLINE void tfr_patch_copy(const struct tfr_image *image, const struct tfr_window *window, int8_t *patch) {
  if (!window->is_whole) tfr_patch_clear(image, patch);
  const int32_t bytes = (window->x.end - window->x.begin) * image->channels;
  const int8_t *from = window->first;
  patch += (window->y.begin * image->x.kernel + window->x.begin) * image->channels;
  for (int32_t ky = window->y.begin; ky < window->y.end; ky++) {
    for (int32_t i = 0; i < bytes; i++) patch[i] = from[i];
    patch += image->x.kernel * image->channels;
    from += image->row_pitch;
  }
}

#define TFR_PATCH_PITCH (TFR_PANEL_TOKENS * TFR_PANEL_QUAD_BYTES) /* from quad to quad */

/* A window of whole quads, straight to its token. */
TFR_INLINE void tfr_patch_widen_quads(const struct tfr_image *image, const struct tfr_window *window, uint8_t *token) {
  const int32_t pixel = image->channels / 4 * TFR_PATCH_PITCH;
  if (!window->is_whole) {
    for (int32_t i = 0; i < tfr_patch_bytes(image) / 4; i++) tfr_strip_zero(token + i * TFR_PATCH_PITCH, 1);
  }
  const int8_t *from = window->first;
  for (int32_t ky = window->y.begin; ky < window->y.end; ky++) {
    tfr_widen_token(from, (window->x.end - window->x.begin) * image->channels, image->zero_point, TFR_PATCH_PITCH,
                    token + (ky * image->x.kernel + window->x.begin) * pixel);
    from += image->row_pitch;
  }
}

/* `count` windows from output position `first` on, widened to [quad][token]; further tokens keep what they held. The
 * patch was cleared before the first ones. */
TFR_INLINE void tfr_patches_widen(const struct tfr_image *image, const int8_t *input, int32_t first, int32_t count,
                                  uint8_t *tile, int8_t *patch) {
  for (int32_t i = 0; i < count; i++) {
    const struct tfr_window window = tfr_window_at(image, input, first + i);
    uint8_t *token = tile + i * TFR_PANEL_QUAD_BYTES;
    if (image->channels % 4 == 0) {
      tfr_patch_widen_quads(image, &window, token);
    } else {
      tfr_patch_copy(image, &window, patch);
      tfr_widen_token(patch, tfr_patch_bytes(image), image->zero_point, TFR_PATCH_PITCH, token);
    }
  }
}

#endif
