/*
 * A specialised depthwise convolution: 3 x 3 at stride 2 of an image whose shape is compiled in, so that pixels and outputs
 * lie at constant offsets. It works on the image itself, four output columns of two channels at a time. The image's width
 * is even, the output's a multiple of four (so only the last tap of the last column lies outside), its height at least 3.
 */
#ifndef TFR_DEPTHWISE_S2_H
#define TFR_DEPTHWISE_S2_H

#include "depthwise/tfr_depthwise.h"

#if TFR_CORE != TFR_CORE_PORTABLE && defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FEATURE_DSP)

#include "depthwise/tfr_depthwise_loop_s2.h"

/* Output rows by where their windows lie: one row of the kernel may be below the image, or above. */
enum { TFR_DEPTHWISE_BELOW, TFR_DEPTHWISE_INSIDE, TFR_DEPTHWISE_ABOVE, TFR_DEPTHWISE_PLACES };

/* Two channels: 0 and 2 of a word, or 1 and 3. */
struct tfr_depthwise_pair {
  /*
   * Rows of taps, no taps before and behind: three rows from row `place` on belong to the rows of the image that are
   * read at this place. At the border these begin a row before the window or end a row behind it, all in the image.
   */
  uint32_t taps[5][3];
  /* Biases of columns whose windows lie inside of the image, and of the last column, of both channels. */
  int32_t inside[TFR_DEPTHWISE_PLACES][4];
  int32_t right[TFR_DEPTHWISE_PLACES][4];
  struct tfr_rescale rule[2];
};

/* Seven words: the output rows of one place. */
struct tfr_depthwise_rows {
  const uint32_t *taps;
  const int32_t *inside;
  const int32_t *right;
  const struct tfr_rescale *rule;
  int32_t blocks; /* of a row, without the last */
  int32_t rows;
  int32_t left; /* of the blocks */
};

typedef void tfr_depthwise_loop(const struct tfr_depthwise_rows *rows, const int8_t *pixels, int8_t *output);

#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_S2_FINISH_FOR(way) TFR_S2_FINISH_EACH
#else
#define TFR_S2_FINISH_FOR(way) TFR_S2_FINISH_##way
#endif

/*
 * The loops of a shape, name_even and name_odd; `step`, `row` (bytes) and `blocks` (of a row, less one) are numbers. `way`
 * is SHARED where all channels have one shift, less TFR_RESCALE_HIGH, else EACH. Rounding twice takes a rule a channel.
 */
#define TFR_DEPTHWISE_S2_LOOPS(name, step, row, blocks, way, shift)                                                                \
  TFR_ASSEMBLY static void name##_even(__attribute__((unused)) const struct tfr_depthwise_rows *rows,          \
                                       __attribute__((unused)) const int8_t *pixels,                           \
                                       __attribute__((unused)) int8_t *output) {                               \
    __asm volatile(TFR_S2_LOOP(#step, #row, #blocks, "", TFR_S2_FINISH_FOR(way), #shift));                                                              \
  }                                                                                                            \
  TFR_ASSEMBLY static void name##_odd(__attribute__((unused)) const struct tfr_depthwise_rows *rows,           \
                                      __attribute__((unused)) const int8_t *pixels,                            \
                                      __attribute__((unused)) int8_t *output) {                                \
    __asm volatile(TFR_S2_LOOP(#step, #row, #blocks, ", ror #8", TFR_S2_FINISH_FOR(way), #shift));                                                      \
  }

/* The biases at one place from the sums of the taps that lie inside of the image there, the last column of them or not. */
TFR_INLINE void tfr_depthwise_pair_biases(struct tfr_depthwise_pair *pair, int32_t place, uint32_t whole, uint32_t part,
                                          uint32_t minus_zero, const int32_t *bias) {
  int32_t *inside = pair->inside[place];
  int32_t *right = pair->right[place];
  inside[0] = inside[2] = right[0] = tfr_smlabb(whole, minus_zero, bias[0]);
  inside[1] = inside[3] = right[1] = tfr_smlatb(whole, minus_zero, bias[2]);
  right[2] = tfr_smlabb(part, minus_zero, bias[0]);
  right[3] = tfr_smlatb(part, minus_zero, bias[2]);
}

/* Biases and factors of channels `c` and c + 2 from their taps. */
TFR_INLINE void tfr_depthwise_pair_of(const struct tfr_depthwise_params *params, int32_t c,
                                      int32_t shift, struct tfr_depthwise_pair *pair) {
  const uint32_t minus_zero = tfr_pack16(-params->input_zero_point, 0);
  const int32_t *bias = params->bias + c;
  uint32_t part[3];
  uint32_t whole[3];
  for (int32_t ky = 0; ky < 3; ky++) {
    const uint32_t *taps = pair->taps[1 + ky];
    part[ky] = tfr_sadd16(taps[0], taps[1]);
    whole[ky] = tfr_sadd16(part[ky], taps[2]);
  }
  const uint32_t upper = tfr_sadd16(whole[0], whole[1]);
  const uint32_t upper_part = tfr_sadd16(part[0], part[1]);
  tfr_depthwise_pair_biases(pair, TFR_DEPTHWISE_BELOW, upper, upper_part, minus_zero, bias);
  tfr_depthwise_pair_biases(pair, TFR_DEPTHWISE_INSIDE, tfr_sadd16(upper, whole[2]), tfr_sadd16(upper_part, part[2]),
                            minus_zero, bias);
  if (params->padding_top > 0) {
    tfr_depthwise_pair_biases(pair, TFR_DEPTHWISE_ABOVE, tfr_sadd16(whole[1], whole[2]), tfr_sadd16(part[1], part[2]),
                              minus_zero, bias);
  }
  pair->rule[0] = tfr_depthwise_rescale_at(params, c, shift);
  pair->rule[1] = tfr_depthwise_rescale_at(params, c + 2, shift);
}

TFR_INLINE void tfr_depthwise_pairs_of(const struct tfr_depthwise_params *params, int32_t first, int32_t shift,
                                      struct tfr_depthwise_pair *even, struct tfr_depthwise_pair *odd) {
  const int8_t *weight = params->weights + first;
  for (int32_t ky = 1; ky <= 3; ky++) {
    for (int32_t kx = 0; kx < 3; kx++) {
      const uint32_t word = tfr_load32(weight);
      weight += params->channels;
      even->taps[ky][kx] = tfr_sxtb16(word);
      odd->taps[ky][kx] = tfr_sxtb16_odd(word);
    }
  }
  tfr_depthwise_pair_of(params, first, shift, even);
  tfr_depthwise_pair_of(params, first + 1, shift, odd);
}

/* The job of `rows` output rows at one place. */
TFR_INLINE struct tfr_depthwise_rows tfr_depthwise_rows_of(const struct tfr_depthwise_params *params,
                                                           const struct tfr_depthwise_pair *pair, int32_t place,
                                                           int32_t rows) {
  return (struct tfr_depthwise_rows){.taps = pair->taps[place],
                                     .inside = pair->inside[place],
                                     .right = pair->right[place],
                                     .rule = pair->rule,
                                     .blocks = params->output_width / TFR_DEPTHWISE_BLOCK - 1,
                                     .rows = rows};
}

/* The rows of a place: where they are read and written, at channel 0, and the jobs of both pairs of channels. */
struct tfr_depthwise_place {
  const int8_t *pixels;
  int8_t *output;
  struct tfr_depthwise_rows even;
  struct tfr_depthwise_rows odd;
};

/* `row` is the first of `rows`. */
TFR_INLINE struct tfr_depthwise_place tfr_depthwise_place_of(const struct tfr_depthwise_params *params, int32_t place,
                                                             int32_t row, int32_t rows,
                                                             const struct tfr_depthwise_pair *pairs,
                                                             const int8_t *input, int8_t *output) {
  const int32_t top = 2 * row - params->padding_top + (place - TFR_DEPTHWISE_INSIDE);
  return (struct tfr_depthwise_place){.pixels = input + top * params->input_width * params->channels,
                                      .output = output + row * params->output_width * params->channels,
                                      .even = tfr_depthwise_rows_of(params, &pairs[0], place, rows),
                                      .odd = tfr_depthwise_rows_of(params, &pairs[1], place, rows)};
}

/* All pairs of channels, place by place. */
TFR_INLINE void tfr_depthwise_pairs_run(const struct tfr_depthwise_params *params, tfr_depthwise_loop *even,
                                        tfr_depthwise_loop *odd, int32_t shift, const int8_t *input, int8_t *output) {
  const int32_t above = params->padding_top;
  const int32_t below = 2 * params->output_height + 1 - params->padding_top > params->input_height;
  const int32_t inside = params->output_height - above - below;
  struct tfr_depthwise_pair pairs[2] = {{.taps = {{0}}}, {.taps = {{0}}}};
  struct tfr_depthwise_place places[TFR_DEPTHWISE_PLACES];
  int32_t count = 0;
  if (inside > 0) {
    places[count++] = tfr_depthwise_place_of(params, TFR_DEPTHWISE_INSIDE, above, inside, pairs, input, output);
  }
  if (below) {
    places[count++] = tfr_depthwise_place_of(params, TFR_DEPTHWISE_BELOW, above + inside, 1, pairs, input, output);
  }
  if (above) places[count++] = tfr_depthwise_place_of(params, TFR_DEPTHWISE_ABOVE, 0, 1, pairs, input, output);
  for (int32_t first = 0; first < params->channels; first += TFR_DEPTHWISE_GROUP) {
    const int32_t last = params->channels - TFR_DEPTHWISE_GROUP;
    const int32_t c = first < last ? first : last;
    tfr_depthwise_pairs_of(params, c, shift, &pairs[0], &pairs[1]);
    for (int32_t i = 0; i < count; i++) {
      even(&places[i].even, places[i].pixels + c, places[i].output + c);
      odd(&places[i].odd, places[i].pixels + c, places[i].output + c + 1);
    }
  }
}

/* A call that is compiled for another shift than its factors have is refused. */
TFR_INLINE tfr_status tfr_depthwise_s2(const struct tfr_depthwise_params *params, tfr_depthwise_loop *even,
                                       tfr_depthwise_loop *odd, int32_t shift, const int8_t *input, int8_t *output,
                                       __attribute__((unused)) void *scratch) {
  const tfr_status status = tfr_depthwise_check(params, input, output);
  if (status != TFR_OK) return status;
  const int32_t apart = tfr_depthwise_apart(params);
  if (apart < 0) return tfr_depthwise_any(params, input, output);
  const int32_t shared = TFR_RESCALE_HIGH == 32 ? shift : 0; /* rounding twice, each channel keeps its own */
  if (!tfr_depthwise_shares(params, shared)) return TFR_ERROR_RANGE;
  tfr_depthwise_pairs_run(params, even, odd, shared, input, output);
  tfr_depthwise_finish_channels(params, apart, input, output);
  return TFR_OK;
}

#else

#define TFR_DEPTHWISE_S2_LOOPS(name, step, row, blocks, way, shift)
#define tfr_depthwise_s2(params, even, odd, shift, input, output, scratch) tfr_depthwise_dense(params, input, output, scratch)

#endif

#endif
