/* The parameter structs, made from tfr_params.def, which documents every field. */
#ifndef TFR_PARAMS_H
#define TFR_PARAMS_H

#include <stdint.h>

typedef int8_t tfr_i8;
typedef uint8_t tfr_u8;
typedef int16_t tfr_i16;
typedef uint16_t tfr_u16;
typedef int32_t tfr_i32;

#define TFR_STRUCT_BEGIN(op) struct tfr_##op##_params {
#define TFR_I32(field) int32_t field;
#define TFR_POINTER(kind, field) const tfr_##kind *field;
#define TFR_STRUCT_END(op) \
  }                        \
  ;
#include "tfr/tfr_params.def"
#undef TFR_STRUCT_BEGIN
#undef TFR_I32
#undef TFR_POINTER
#undef TFR_STRUCT_END

#endif
