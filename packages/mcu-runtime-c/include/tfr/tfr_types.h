/* Status codes and the few words that generated code and kernels share. C99; nothing here allocates. */
#ifndef TFR_TYPES_H
#define TFR_TYPES_H

#include <stdint.h>

typedef int32_t tfr_status;

enum {
  TFR_OK = 0,
  TFR_ERROR_NULL = -1,     /* a pointer that is needed is NULL */
  TFR_ERROR_SIZE = -2,     /* a size is not positive, too large, or sizes contradict each other */
  TFR_ERROR_RANGE = -3,    /* a zero point, clamp, factor or table is outside of its range */
  TFR_ERROR_ENCODING = -4, /* a weight stream contradicts its header or the layer */
  TFR_ERROR_KERNEL = -5    /* the dispatcher has no kernel of this index */
};

/* Alignment of a constant array in bytes; encoded weights should have 4. */
#if defined(__GNUC__) || defined(__clang__)
#define TFR_ALIGNED(bytes) __attribute__((aligned(bytes)))
#else
#define TFR_ALIGNED(bytes)
#endif

#endif
