/* The bodies of tfr_attention_rows.h that suit the core. */
#ifndef TFR_ATTENTION_BODIES_H
#define TFR_ATTENTION_BODIES_H

#include "tfr_core.h"

#if TFR_CORE != TFR_CORE_PORTABLE && defined(__thumb2__)
#include "attention/tfr_attention_m4.h"
#else
#include "attention/tfr_attention_portable.h"
#endif

#endif
