/*
 * Single instructions of the Armv7E-M DSP extension as functions, each with a portable definition that is the same to
 * the bit: a word is four int8 or two int16, lowest first. Words are read and written at any address. A host that compiles
 * the bodies of a Cortex-M (TFR_CORE) runs the same algorithms on the portable definitions.
 */
#ifndef TFR_DSP_H
#define TFR_DSP_H

#include "tfr_core.h"

#if defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FEATURE_DSP)
#include "tfr_dsp_arm.h"
#else
#include "tfr_dsp_portable.h"
#endif

#endif
