/*
 * The steps of tfr_attention_rows.h for the Cortex-M7, in assembly. It multiplies once a cycle and loads beside that, so
 * every load stands before a multiplication that does not need it: the other way round it would have to wait for the
 * slower multiplication's result.
 */
#ifndef TFR_ATTENTION_M7_H
#define TFR_ATTENTION_M7_H

#include "attention/tfr_attention_mix_m7.h"
#include "attention/tfr_attention_offsets.h"
#include "attention/tfr_attention_score_m7.h"
#include "attention/tfr_attention_weigh_m7.h"

#endif
