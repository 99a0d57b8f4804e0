/*
 * The one file that knows Node-API; the same source serves Node's own and emnapi's. Only a view of the heap and small
 * integers cross the border, so that no call leaves anything behind.
 */
#include <node_api.h>
#include <stdbool.h>

#include "tfr/tfr_types.h"
#include "tfr_dispatch.h"
#include "tfr_manifest.h"

/* What every call takes: (heap: Uint8Array, kernel: number, wordsOffset: number). */
struct call {
  uint8_t *heap;
  uint32_t kernel;
  const int32_t *words;
};

static bool read_call(napi_env env, napi_callback_info info, struct call *call) {
  napi_value arguments[3];
  size_t count = 3;
  napi_typedarray_type type;
  size_t heap_bytes;
  void *heap;
  uint32_t words_offset;
  const bool valid =
      napi_get_cb_info(env, info, &count, arguments, NULL, NULL) == napi_ok && count == 3 &&
      napi_get_typedarray_info(env, arguments[0], &type, &heap_bytes, &heap, NULL, NULL) == napi_ok &&
      type == napi_uint8_array && napi_get_value_uint32(env, arguments[1], &call->kernel) == napi_ok &&
      napi_get_value_uint32(env, arguments[2], &words_offset) == napi_ok && words_offset < heap_bytes &&
      words_offset % sizeof(int32_t) == 0;
  if (!valid) {
    napi_throw_type_error(env, NULL, "expected (heap: Uint8Array, kernel: number, wordsOffset: number)");
    return false;
  }
  call->heap = heap;
  call->words = (const void *)((const uint8_t *)heap + words_offset);
  return true;
}

static napi_value run(napi_env env, napi_callback_info info) {
  struct call call;
  napi_value result = NULL;
  if (read_call(env, info, &call)) napi_create_int32(env, tfr_dispatch(call.kernel, call.words, call.heap), &result);
  return result;
}

static napi_value scratch_bytes(napi_env env, napi_callback_info info) {
  struct call call;
  napi_value result = NULL;
  if (read_call(env, info, &call)) {
    napi_create_uint32(env, tfr_dispatch_scratch_bytes(call.kernel, call.words, call.heap), &result);
  }
  return result;
}

static napi_value manifest_lines(napi_env env) {
  napi_value lines;
  napi_create_array_with_length(env, tfr_manifest_line_count, &lines);
  for (uint32_t i = 0; i < tfr_manifest_line_count; i++) {
    napi_value line;
    napi_create_string_utf8(env, tfr_manifest_lines[i], NAPI_AUTO_LENGTH, &line);
    napi_set_element(env, lines, i, line);
  }
  return lines;
}

static void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

int32_t NODE_API_MODULE_GET_API_VERSION(void);

NAPI_MODULE_INIT() {
  napi_set_named_property(env, exports, "manifestLines", manifest_lines(env));
  export_function(env, exports, "run", run);
  export_function(env, exports, "scratchBytes", scratch_bytes);
  return exports;
}
