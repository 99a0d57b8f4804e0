/*
 * Which core the kernels are for. Headers choose between portable, Cortex-M4 and Cortex-M7 bodies by TFR_CORE, once;
 * all bodies compute the same to the bit. -DTFR_CORE=TFR_CORE_M4 (or another) overrides what the compiler says; it
 * cannot name the core itself, but of the two only the Cortex-M7 has double precision.
 */
#ifndef TFR_CORE_H
#define TFR_CORE_H

#define TFR_CORE_PORTABLE 0 /* any core, WebAssembly, hosts */
#define TFR_CORE_M4 4       /* Armv7E-M, one instruction a cycle */
#define TFR_CORE_M7 7       /* Armv7E-M, two instructions a cycle */

#ifndef TFR_CORE
#if !defined(__GNUC__) || !defined(__thumb2__) || !defined(__ARM_FEATURE_DSP) || defined(__ARM_FEATURE_MVE)
#define TFR_CORE TFR_CORE_PORTABLE
#elif defined(__ARM_FP) && (__ARM_FP & 8)
#define TFR_CORE TFR_CORE_M7
#else
#define TFR_CORE TFR_CORE_M4
#endif
#endif

#if defined(__GNUC__) || defined(__clang__)
#define TFR_INLINE static inline __attribute__((always_inline))
#define TFR_APART static __attribute__((noinline, unused))
#else
#define TFR_INLINE static inline
#define TFR_APART static
#endif
/* TFR_APART: a loop that keeps all registers to itself when it is not inlined into a larger function. */

#endif
