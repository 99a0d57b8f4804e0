/* tfr_rescale_apply but for its shift, in assembly: the multiplier and the offset in registers. */
#ifndef TFR_DEPTHWISE_SCALE_H
#define TFR_DEPTHWISE_SCALE_H

#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_ASM_SCALE(x, multiplier, offset)                                                    \
  "lsl " x ", " x ", #1\n\tsmmulr " x ", " x ", " multiplier "\n\t"                            \
  "add " x ", " x ", " x ", asr #31\n\tadd " x ", " x ", " offset "\n\t"
#else
#define TFR_ASM_SCALE(x, multiplier, offset) "smmla " x ", " x ", " multiplier ", " offset "\n\t"
#endif

#endif
