/* The body of tfr_convolution_panel_s8, for the kernel and for calls with their shape compiled in. */
#ifndef TFR_CONVOLUTION_PANEL_H
#define TFR_CONVOLUTION_PANEL_H

#include "convolution/tfr_patches.h"
#include "convolution/tfr_walk_taps.h"
#include "tfr/tfr_params.h"
#include "tfr_check.h"

/* A window of one position reads no position between its strides: the image is as if they were not there. */
TFR_INLINE int32_t tfr_skip_between(struct tfr_axis *axis, int32_t pitch) {
  if (axis->kernel != 1) return pitch;
  const int32_t skipped = axis->stride * pitch;
  axis->input = axis->output;
  axis->stride = 1;
  return skipped;
}

TFR_INLINE struct tfr_image tfr_convolution_panel_image(const struct tfr_convolution_panel_params *params) {
  struct tfr_image image = {
      .y = {params->input_height, params->output_height, params->kernel_height, params->stride_height,
            params->padding_top},
      .x = {params->input_width, params->output_width, params->kernel_width, params->stride_width,
            params->padding_left},
      .channels = params->input_channels,
      .zero_point = params->input_zero_point,
      .row_pitch = params->input_width * params->input_channels};
  if (params->gathers == 0) {
    image.pixel_pitch = tfr_skip_between(&image.x, params->input_channels);
    image.row_pitch = tfr_skip_between(&image.y, image.row_pitch);
  }
  return image;
}

TFR_INLINE bool tfr_convolution_panel_sizes_valid(const struct tfr_convolution_panel_params *params) {
  const struct tfr_axis y = {params->input_height, params->output_height, params->kernel_height, params->stride_height,
                             params->padding_top};
  const struct tfr_axis x = {params->input_width, params->output_width, params->kernel_width, params->stride_width,
                             params->padding_left};
  if (!tfr_axis_valid(y) || !tfr_axis_valid(x) || (params->gathers != 0 && params->gathers != 1) ||
      !tfr_volume_valid(params->input_height, params->input_width, params->input_channels) ||
      !tfr_volume_valid(params->output_height, params->output_width, params->output_channels) ||
      !tfr_volume_valid(params->kernel_height, params->kernel_width, params->input_channels) ||
      params->kernel_height * params->kernel_width * params->input_channels > TFR_MAX_SIZE) {
    return false;
  }
  if (params->gathers != 0) return true;
  const struct tfr_image image = tfr_convolution_panel_image(params);
  return params->output_width >= TFR_PANEL_TOKENS && image.x.stride <= 2 && tfr_strip_least_bytes(&image) <= INT32_MAX / 2;
}

/* Where a window's quads lie, as seen from its first one. */
TFR_INLINE struct tfr_panel_tile tfr_convolution_panel_tile(const struct tfr_convolution_panel_params *params) {
  const struct tfr_image image = tfr_convolution_panel_image(params);
  if (params->gathers != 0) {
    const int32_t quads = tfr_patch_bytes(&image) / 4;
    return (struct tfr_panel_tile){.bytes = quads * TFR_PATCH_PITCH,
                                   .quad_pitch = TFR_PATCH_PITCH,
                                   .reach = TFR_PATCH_PITCH,
                                   .quads = quads};
  }
  const struct tfr_strip strip = tfr_strip_of(&image);
  const int32_t behind = (strip.columns - image.x.kernel) * TFR_PANEL_QUAD_BYTES;
  return (struct tfr_panel_tile){.bytes = image.y.kernel * strip.row_bytes - behind,
                                 .quad_pitch = strip.quad_bytes,
                                 .reach = TFR_PANEL_QUAD_BYTES, /* later outputs are behind what `bytes` leaves out */
                                 .quads = image.y.kernel * image.x.kernel * strip.quads};
}

TFR_INLINE tfr_status tfr_convolution_panel_check(const struct tfr_convolution_panel_params *params,
                                                  const int8_t *input, const int8_t *output, const void *scratch) {
  if (params == NULL || input == NULL || output == NULL || scratch == NULL || params->weights == NULL) {
    return TFR_ERROR_NULL;
  }
  if (!tfr_convolution_panel_sizes_valid(params)) return TFR_ERROR_SIZE;
  const bool in_range = tfr_s8_valid(params->input_zero_point) && tfr_s8_valid(params->output_zero_point) &&
                        tfr_clamp_valid(params->output_min, params->output_max);
  return in_range ? TFR_OK : TFR_ERROR_RANGE;
}

TFR_INLINE uint32_t tfr_convolution_panel_scratch(const struct tfr_convolution_panel_params *params) {
  const struct tfr_image image = tfr_convolution_panel_image(params);
  if (params->gathers != 0) {
    return (uint32_t)tfr_patch_bytes(&image) * (TFR_PATCH_PITCH / 4 + 1);
  }
  const struct tfr_strip strip = tfr_strip_of(&image);
  return tfr_strip_bytes(&image, &strip);
}

/* Four outputs of a row at a time; the last four overlap the ones before where the row is no multiple. */
TFR_INLINE void tfr_convolution_panel_row(const struct tfr_panel *panel, tfr_panel_tiler4 *tile4,
                                          struct tfr_panel_output to, const uint8_t *windows, int32_t width,
                                          struct tfr_walk walk, int8_t *output) {
  const int32_t last = width - TFR_PANEL_TOKENS;
  for (int32_t x = 0;;) {
    tile4(panel, to, windows + x * walk.token_pitch, walk, output + x * panel->rows, panel->rows);
    if (x == last) return;
    x = x + TFR_PANEL_TOKENS > last ? last : x + TFR_PANEL_TOKENS;
  }
}

TFR_INLINE void tfr_convolution_panel_strips(const struct tfr_image *image, const struct tfr_panel *panel,
                                             tfr_panel_tiler4 *tile4, struct tfr_panel_output to,
                                             const int8_t *input, int8_t *output, uint8_t *scratch) {
  const struct tfr_strip strip = tfr_strip_of(image);
  const struct tfr_walk walk = {.token_pitch = image->x.stride * TFR_PANEL_QUAD_BYTES,
                                .quad_pitch = panel->block_quads == 1 ? TFR_PANEL_QUAD_BYTES : strip.quad_bytes,
                                .run = image->x.kernel,
                                .run_pitch = strip.quad_bytes};
  const int32_t output_bytes = image->x.output * panel->rows;
  tfr_strip_clear_sides(image, &strip, scratch);
  for (int32_t first = 0; first < image->y.output; first += strip.output_rows) {
    const int32_t left = image->y.output - first;
    const int32_t rows = left < strip.output_rows ? left : strip.output_rows;
    tfr_strip_fill(image, &strip, first, rows, input, scratch);
    for (int32_t i = 0; i < rows; i++) {
      tfr_convolution_panel_row(panel, tile4, to, scratch + i * image->y.stride * strip.row_bytes, image->x.output,
                                walk, output);
      tfr_panel_clamp(to, output, output_bytes);
      output += output_bytes;
    }
  }
}

/* As four tokens of a linear layer; fewer than four one by one. */
TFR_INLINE void tfr_convolution_panel_patches(const struct tfr_image *image, const struct tfr_panel *panel,
                                              struct tfr_panel_tilers tilers, struct tfr_panel_output to,
                                              const int8_t *input, int8_t *output, uint8_t *scratch) {
  const struct tfr_walk walk = {.token_pitch = TFR_PANEL_QUAD_BYTES, .quad_pitch = TFR_PATCH_PITCH};
  const int32_t positions = image->y.output * image->x.output;
  int8_t *patch = (int8_t *)scratch + tfr_patch_bytes(image) / 4 * TFR_PATCH_PITCH;
  tfr_patch_clear(image, patch);
  if (positions < TFR_PANEL_TOKENS) {
    tfr_patches_widen(image, input, 0, positions, scratch, patch);
    for (int32_t i = 0; i < positions; i++) {
      tilers.one(panel, to, scratch + i * TFR_PANEL_QUAD_BYTES, TFR_PATCH_PITCH, output + i * panel->rows);
    }
    tfr_panel_clamp(to, output, positions * panel->rows);
    return;
  }
  const int32_t last = positions - TFR_PANEL_TOKENS;
  for (int32_t position = 0;;) {
    tfr_patches_widen(image, input, position, TFR_PANEL_TOKENS, scratch, patch);
    tilers.four(panel, to, scratch, walk, output + position * panel->rows, panel->rows);
    tfr_panel_clamp(to, output + position * panel->rows, TFR_PANEL_TOKENS * panel->rows);
    if (position == last) return;
    position = position + TFR_PANEL_TOKENS > last ? last : position + TFR_PANEL_TOKENS;
  }
}

/* The whole layer with an opened panel. */
TFR_INLINE void tfr_convolution_panel_run(const struct tfr_convolution_panel_params *params,
                                          const struct tfr_panel *panel, struct tfr_panel_tilers tilers,
                                          const int8_t *input, int8_t *output, void *scratch) {
  const struct tfr_image image = tfr_convolution_panel_image(params);
  const struct tfr_panel_output to = {params->output_zero_point, params->output_min, params->output_max};
  if (params->gathers != 0) {
    tfr_convolution_panel_patches(&image, panel, tilers, to, input, output, (uint8_t *)scratch);
  } else {
    tfr_convolution_panel_strips(&image, panel, tilers.four, to, input, output, (uint8_t *)scratch);
  }
}

/* `panel` is the stream's header, whose bytes were verified when it was compiled in. */
TFR_INLINE tfr_status tfr_convolution_panel(const struct tfr_convolution_panel_params *params, struct tfr_panel panel,
                                            const int8_t *input, int8_t *output, void *scratch) {
  tfr_status status = tfr_convolution_panel_check(params, input, output, scratch);
  if (status == TFR_OK) {
    status = tfr_panel_match(params->weights, params->weight_bytes, tfr_convolution_panel_tile(params), &panel);
  }
  if (status != TFR_OK) return status;
  const bool has_taps = params->gathers == 0 && tfr_panel_is_dense(&panel);
  const struct tfr_panel_tilers tilers = {has_taps ? tfr_taps_tile4 : tfr_panel_own4, tfr_panel_own1};
  tfr_convolution_panel_run(params, &panel, tilers, input, output, scratch);
  return TFR_OK;
}

#endif
