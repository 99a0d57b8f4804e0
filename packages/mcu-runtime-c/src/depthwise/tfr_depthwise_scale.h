/*
 * tfr_rescale_apply but for its shift, in assembly: the multiplier and the offset in registers. Where other instructions can go
 * between, its second part stands apart.
 */
#ifndef TFR_DEPTHWISE_SCALE_H
#define TFR_DEPTHWISE_SCALE_H

#if defined(TFR_DOUBLE_ROUNDING)
#define TFR_ASM_SCALE_HIGH(x, multiplier, offset) "lsl " x ", " x ", #1\n\tsmmulr " x ", " x ", " multiplier "\n\t"
#define TFR_ASM_SCALE_LOW(x, offset) "add " x ", " x ", " x ", asr #31\n\tadd " x ", " x ", " offset "\n\t"
#else
#define TFR_ASM_SCALE_HIGH(x, multiplier, offset) "smmla " x ", " x ", " multiplier ", " offset "\n\t"
#define TFR_ASM_SCALE_LOW(x, offset) ""
#endif

#define TFR_ASM_SCALE(x, multiplier, offset) TFR_ASM_SCALE_HIGH(x, multiplier, offset) TFR_ASM_SCALE_LOW(x, offset)

#endif
