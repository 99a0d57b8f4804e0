/*
 * Input rows for a convolution without im2col: a strip of the image, widened to int16 with the zero point removed and
 * surrounded by zeros, from which several output rows are computed before the next strip is filled.
 *
 * Its bytes are [row][quad][column][8]: the words (c0, c2), (c1, c3) of four channels of a pixel, as tfr_panel_walk.h
 * wants them. Neighbouring outputs of a row are 8 * stride bytes apart, and a tap's row, quad and column add up to one
 * offset for all of them.
 */
#ifndef TFR_STRIP_H
#define TFR_STRIP_H

#include <stddef.h>

#include "convolution/tfr_window.h"
#include "rows/tfr_panel.h"
#include "rows/tfr_widen.h"

#define TFR_STRIP_MAX_BYTES 8192 /* unless the rows of a single output row take more */

/* An image and the window that slides over it. */
struct tfr_image {
  struct tfr_axis y;
  struct tfr_axis x;
  int32_t channels;
  int32_t zero_point;
  int32_t pixel_pitch; /* bytes from column to column */
  int32_t row_pitch;
};

struct tfr_strip {
  int32_t columns;     /* that the windows of an output row cover, padding included */
  int32_t visible;     /* of these, the columns inside of the image */
  int32_t quads;
  int32_t quad_bytes;  /* from quad to quad */
  int32_t row_bytes;   /* from row to row */
  int32_t output_rows; /* of a whole strip */
};

TFR_INLINE int32_t tfr_divide_up(int32_t a, int32_t b) { return a / b + (a % b != 0); }

/* Bytes of the rows that one output row reads. */
TFR_INLINE int64_t tfr_strip_least_bytes(const struct tfr_image *image) {
  const int64_t columns = (int64_t)(image->x.output - 1) * image->x.stride + image->x.kernel;
  return columns * tfr_divide_up(image->channels, 4) * TFR_PANEL_QUAD_BYTES * image->y.kernel;
}

/* The image is valid and tfr_strip_least_bytes at most INT32_MAX. Output rows are spread evenly over the strips. */
TFR_INLINE struct tfr_strip tfr_strip_of(const struct tfr_image *image) {
  struct tfr_strip strip;
  strip.columns = (image->x.output - 1) * image->x.stride + image->x.kernel;
  const int32_t behind = strip.columns - image->x.padding;
  strip.visible = behind < image->x.input ? behind : image->x.input;
  strip.quads = tfr_divide_up(image->channels, 4);
  strip.quad_bytes = strip.columns * TFR_PANEL_QUAD_BYTES;
  strip.row_bytes = strip.quads * strip.quad_bytes;
  const int32_t rows = TFR_STRIP_MAX_BYTES / strip.row_bytes;
  const int32_t most = rows <= image->y.kernel ? 1 : (rows - image->y.kernel) / image->y.stride + 1;
  strip.output_rows = tfr_divide_up(image->y.output, tfr_divide_up(image->y.output, most));
  return strip;
}

/* Rows of the strip that so many output rows read. */
TFR_INLINE int32_t tfr_strip_rows(const struct tfr_image *image, int32_t output_rows) {
  return (output_rows - 1) * image->y.stride + image->y.kernel;
}

TFR_INLINE uint32_t tfr_strip_bytes(const struct tfr_image *image, const struct tfr_strip *strip) {
  return (uint32_t)tfr_strip_rows(image, strip->output_rows) * (uint32_t)strip->row_bytes;
}

TFR_INLINE void tfr_strip_zero(uint8_t *at, int32_t columns) {
  for (int32_t i = 0; i < columns; i++) {
    tfr_store32(at, 0);
    tfr_store32(at + 4, 0);
    at += TFR_PANEL_QUAD_BYTES;
  }
}

/* Zeroes the columns left and right of the image, which filling leaves alone. */
TFR_INLINE void tfr_strip_clear_sides(const struct tfr_image *image, const struct tfr_strip *strip, uint8_t *at) {
  const int32_t left = image->x.padding;
  const int32_t right = left + strip->visible;
  for (int32_t n = tfr_strip_rows(image, strip->output_rows) * strip->quads; n > 0; n--) {
    tfr_strip_zero(at, left);
    tfr_strip_zero(at + right * TFR_PANEL_QUAD_BYTES, strip->columns - right);
    at += strip->quad_bytes;
  }
}

/* `count` pixels; bytes of a pixel outside of the mask `keep` are replaced by those of `fill`. */
TFR_INLINE void tfr_strip_widen(const int8_t *pixel, int32_t pitch, int32_t count, uint32_t term, uint32_t keep,
                                uint32_t fill, uint8_t *to) {
  for (; count >= 4; count -= 4) {
    const uint32_t word[4] = {
        (tfr_load32(pixel) & keep) | fill, (tfr_load32(pixel + pitch) & keep) | fill,
        (tfr_load32(pixel + 2 * pitch) & keep) | fill, (tfr_load32(pixel + 3 * pitch) & keep) | fill};
    for (int32_t i = 0; i < 4; i++) tfr_widen_word(word[i], term, to + TFR_PANEL_QUAD_BYTES * i);
    pixel += 4 * pitch;
    to += 4 * TFR_PANEL_QUAD_BYTES;
  }
  for (; count > 0; count--) {
    tfr_widen_word((tfr_load32(pixel) & keep) | fill, term, to);
    pixel += pitch;
    to += TFR_PANEL_QUAD_BYTES;
  }
}

/* An incomplete quad. Words reach beyond their pixel, so the last pixels of a row are read byte by byte. */
TFR_INLINE void tfr_strip_widen_rest(const struct tfr_image *image, const int8_t *pixel, int32_t count, uint8_t *to) {
  const int32_t rest = image->channels % 4;
  const uint32_t keep = ((uint32_t)1 << (8 * rest)) - 1;
  const uint32_t fill = ((uint32_t)image->zero_point & 0xff) * 0x01010101u & ~keep;
  const int32_t beyond = tfr_divide_up(4 - rest, image->pixel_pitch);
  const int32_t whole = count > beyond ? count - beyond : 0;
  tfr_strip_widen(pixel, image->pixel_pitch, whole, tfr_widen_term(image->zero_point), keep, fill, to);
  for (int32_t i = whole; i < count; i++) {
    tfr_widen_rest(pixel + i * image->pixel_pitch, rest, image->zero_point, to + i * TFR_PANEL_QUAD_BYTES);
  }
}

/* One row of the strip from a row of the image, or zeros for NULL. */
TFR_INLINE void tfr_strip_fill_row(const struct tfr_image *image, const struct tfr_strip *strip, const int8_t *row,
                                   uint8_t *at) {
  at += image->x.padding * TFR_PANEL_QUAD_BYTES;
  if (row == NULL) {
    for (int32_t quad = 0; quad < strip->quads; quad++) tfr_strip_zero(at + quad * strip->quad_bytes, strip->visible);
    return;
  }
  const uint32_t term = tfr_widen_term(image->zero_point);
  for (int32_t quad = 0; quad < image->channels / 4; quad++) {
    tfr_strip_widen(row + 4 * quad, image->pixel_pitch, strip->visible, term, UINT32_MAX, 0, at);
    at += strip->quad_bytes;
  }
  if (image->channels % 4 != 0) tfr_strip_widen_rest(image, row + image->channels / 4 * 4, strip->visible, at);
}

/* What `output_rows` output rows from row `first` on read. */
TFR_INLINE void tfr_strip_fill(const struct tfr_image *image, const struct tfr_strip *strip, int32_t first,
                               int32_t output_rows, const int8_t *input, uint8_t *at) {
  const int32_t top = first * image->y.stride - image->y.padding;
  for (int32_t i = 0; i < tfr_strip_rows(image, output_rows); i++) {
    const int32_t y = top + i;
    const bool is_inside = y >= 0 && y < image->y.input;
    tfr_strip_fill_row(image, strip, is_inside ? input + y * image->row_pitch : NULL, at);
    at += strip->row_bytes;
  }
}

#endif
