#include "fuzz_mutate.h"

#include "fuzz_request.h"

/* splitmix32 */
static uint32_t next(uint32_t *state, uint32_t below) {
  *state += 0x9E3779B9u;
  uint32_t mixed = (*state ^ *state >> 16) * 0x85EBCA6Bu;
  mixed = (mixed ^ mixed >> 13) * 0xC2B2AE35u;
  return (mixed ^ mixed >> 16) % below;
}

static const int32_t edges[] = {0,     1,         -1,        2,         127,       128,       -128,     -129,
                                4096,  4097,      65535,     65536,     16,        17,        62,       63,
                                46341, 1 << 23,   1 << 30,   INT32_MAX, INT32_MIN, 31,        255,      256,
                                32767, 32768,     65537,     9,         3,         5,         12,       24};

static int32_t changed(int32_t value, uint32_t *state) {
  switch (next(state, 4)) {
    case 0:
      return (int32_t)((uint32_t)value + 1u);
    case 1:
      return (int32_t)((uint32_t)value - 1u);
    case 2:
      return (int32_t)next(state, 24);
    default:
      return edges[next(state, sizeof edges / sizeof edges[0])];
  }
}

static void store(uint8_t *bytes, int32_t value) {
  for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)((uint32_t)value >> (8 * i));
}

static void mutate_number(uint8_t *data, size_t size, const struct fuzz_request *request, uint32_t *state) {
  const uint32_t number = next(state, request->number_count);
  const size_t at = FUZZ_NUMBERS_OFFSET + 4 * (size_t)number;
  if (at + 4 <= size) store(data + at, changed(request->numbers[number], state));
}

/* A byte, often one of the first, where streams have their headers. */
static void mutate_content(uint8_t *data, const struct fuzz_request *request, uint32_t *state) {
  static const uint8_t values[] = {0, 1, 2, 4, 8, 16, 127, 128, 254, 255};
  const struct fuzz_content content = request->contents[next(state, request->content_count)];
  if (content.size == 0) return;
  const uint32_t limit = next(state, 2) == 0 && content.size > 64 ? 64 : (uint32_t)content.size;
  uint8_t *byte = data + (content.bytes - data) + next(state, limit);
  switch (next(state, 3)) {
    case 0:
      *byte = values[next(state, sizeof values)];
      break;
    case 1:
      *byte = (uint8_t)(*byte + (next(state, 2) == 0 ? 1 : 255));
      break;
    default:
      *byte ^= (uint8_t)(1u << next(state, 8));
  }
}

static void mutate_prelude(uint8_t *data, size_t size, uint32_t *state) {
  if (size < FUZZ_NUMBERS_OFFSET) return;
  if (next(state, 2) == 0) {
    data[1] = (uint8_t)next(state, 16);
  } else {
    data[2] = (uint8_t)(1u << next(state, 8));
    data[3] = 0;
  }
}

void fuzz_mutate(uint8_t *data, size_t size, uint32_t seed) {
  struct fuzz_request request;
  uint32_t state = seed;
  fuzz_read(data, size, &request);
  for (uint32_t changes = 1 + next(&state, 3); changes > 0; changes--) {
    switch (next(&state, 8)) {
      case 0:
        mutate_prelude(data, size, &state);
        break;
      case 1:
      case 2:
      case 3:
        mutate_number(data, size, &request, &state);
        break;
      default:
        mutate_content(data, &request, &state);
    }
  }
}
