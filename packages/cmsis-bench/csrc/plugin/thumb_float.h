/** @file Operands of floating-point instructions. */
#ifndef TF_THUMB_FLOAT_H
#define TF_THUMB_FLOAT_H

#include "thumb_operands.h"

void tf_decode_float(struct tf_instruction *instruction, uint16_t first, uint16_t second);

#endif
