/*
 * The steps of tfr_attention_rows.h for the Cortex-M4, in assembly: two rows by four keys (or channels) need eight
 * accumulators, and what is left of the registers holds operands only, so that limits of loops lie on the stack. A load
 * costs one cycle more than a load behind a load, hence they come in batches.
 */
#ifndef TFR_ATTENTION_M4_H
#define TFR_ATTENTION_M4_H

#include "attention/tfr_attention_mix_m4.h"
#include "attention/tfr_attention_offsets.h"
#include "attention/tfr_attention_score_m4.h"
#include "attention/tfr_attention_weigh_m4.h"

#endif
