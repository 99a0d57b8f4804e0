#include "attention/tfr_attention_rows.h"

#include "tfr_core.h"

#if TFR_CORE == TFR_CORE_M4 && defined(__thumb2__)
#include "attention/tfr_attention_m4.h"
#elif TFR_CORE == TFR_CORE_M7 && defined(__thumb2__)
#include "attention/tfr_attention_m7.h"
#else
#include "attention/tfr_attention_portable.h"
#endif
