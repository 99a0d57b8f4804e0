/* Little-endian numbers of a stream, at any address. */
#ifndef TFR_BYTES_H
#define TFR_BYTES_H

#include <stdint.h>

static inline int32_t tfr_load_u16(const uint8_t *bytes) { return bytes[0] | bytes[1] << 8; }

static inline uint32_t tfr_load_u32(const uint8_t *bytes) {
  return (uint32_t)tfr_load_u16(bytes) | (uint32_t)tfr_load_u16(bytes + 2) << 16;
}

static inline int32_t tfr_load_s16(const uint8_t *bytes) { return (int16_t)tfr_load_u16(bytes); }

#endif
