#include "fuzz_request.h"

struct reader {
  const uint8_t *data;
  size_t left;
};

static uint32_t take(struct reader *reader, uint32_t bytes) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < bytes && reader->left > 0; i++) {
    value |= (uint32_t)*reader->data++ << (8 * i);
    reader->left--;
  }
  return value;
}

static struct fuzz_content take_content(struct reader *reader) {
  const size_t wanted = take(reader, 2);
  const struct fuzz_content content = {reader->data, wanted < reader->left ? wanted : reader->left};
  reader->data += content.size;
  reader->left -= content.size;
  return content;
}

void fuzz_read(const uint8_t *data, size_t size, struct fuzz_request *request) {
  struct reader reader = {data, size};
  request->kernel = &fuzz_kernels[take(&reader, 1) % fuzz_kernel_count];
  request->shift = take(&reader, 1);
  request->nulls = take(&reader, 2);
  request->field_count = request->kernel->describe(request->fields);
  request->number_count = 0;
  request->content_count = request->kernel->inputs;
  for (uint32_t i = 0; i < request->field_count; i++) {
    if (request->fields[i].element_bytes > 0) {
      request->content_count++;
    } else {
      request->numbers[request->number_count++] = (int32_t)take(&reader, 4);
    }
  }
  for (uint32_t i = 0; i < request->content_count; i++) request->contents[i] = take_content(&reader);
}
