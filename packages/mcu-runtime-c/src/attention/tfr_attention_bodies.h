/* The bodies of tfr_attention_rows.h that suit the core. */
#ifndef TFR_ATTENTION_BODIES_H
#define TFR_ATTENTION_BODIES_H

#include "attention/tfr_attention_portable.h"

#endif
