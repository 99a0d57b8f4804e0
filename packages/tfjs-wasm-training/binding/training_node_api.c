/*
 * The native build behind Node-API. Kernels work in place on the heap of TensorFlow.js's WebAssembly backend, which the
 * process sees as ordinary memory: the caller hands over a view of all of it whenever it has moved or grown.
 */
#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "variant.h"

/* The build's list, X(name) for every variant, fastest first. */
#define X(name) extern const struct variant variant_##name;
TRAINING_VARIANTS
#undef X

struct named_variant {
  const char *name;
  const struct variant *variant;
};

static const struct named_variant variants[] = {
#define X(name) {#name, &variant_##name},
    TRAINING_VARIANTS
#undef X
};

static bool runs_here(const char *name) {
#ifdef __x86_64__
  if (strcmp(name, "avx512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
  if (strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  (void)name;
  return true;
}

#define MOST_THREADS 64
#define TEAM_ALIGNMENT 64

struct crew {
  const struct variant *variant;
  struct team *team;
  char *heap;
  size_t heap_bytes;
  int helpers; /* threads besides the caller's */
  pthread_t threads[MOST_THREADS];
};

struct helper {
  struct crew *crew;
  int32_t thread;
};

static void *help(void *argument) {
  const struct helper h = *(struct helper *)argument;
  free(argument);
  h.crew->variant->work(h.crew->team, h.thread);
  return NULL;
}

static void dismiss(struct crew *crew) {
  if (crew->team == NULL) return;
  crew->variant->stop(crew->team);
  for (int i = 0; i < crew->helpers; i++) pthread_join(crew->threads[i], NULL);
  free(crew->team);
  crew->team = NULL;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  dismiss(data);
  free(data);
}

/* The first field of every team is its number of threads. */
static bool hire(struct crew *crew, int32_t threads) {
  const size_t bytes = (crew->variant->team_bytes + TEAM_ALIGNMENT - 1) / TEAM_ALIGNMENT * TEAM_ALIGNMENT;
  crew->team = aligned_alloc(TEAM_ALIGNMENT, bytes);
  if (crew->team == NULL) return false;
  memset(crew->team, 0, bytes);
  *(int32_t *)(void *)crew->team = threads;
  for (int32_t i = 1; i < threads; i++) {
    struct helper *helper = malloc(sizeof *helper);
    if (helper == NULL) return true; /* with fewer helpers */
    *helper = (struct helper){crew, i};
    if (pthread_create(&crew->threads[crew->helpers], NULL, help, helper) != 0) {
      free(helper);
      return true;
    }
    crew->helpers++;
  }
  return true;
}

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* start(variant: string, threads: number): crew */
static napi_value start(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result;
  size_t count = 2, length;
  char name[16];
  int32_t threads;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 2 ||
      napi_get_value_string_utf8(env, arguments[0], name, sizeof name, &length) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &threads) != napi_ok || threads < 1 || threads > MOST_THREADS)
    return fail(env, "expected (variant: string, threads: number from 1 to 64)");
  struct crew *crew = calloc(1, sizeof *crew);
  for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
    if (crew != NULL && strcmp(variants[i].name, name) == 0 && runs_here(name)) crew->variant = variants[i].variant;
  if (crew == NULL || crew->variant == NULL || !hire(crew, threads)) {
    free(crew);
    return fail(env, "no such variant on this processor, or no memory");
  }
  napi_create_external(env, crew, finalize, NULL, &result);
  return result;
}

static struct crew *crew_of(napi_env env, napi_value value) {
  void *crew = NULL;
  return napi_get_value_external(env, value, &crew) == napi_ok ? crew : NULL;
}

/* stop(crew): ends its threads; kernels cannot run any more */
static napi_value stop(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  struct crew *crew = count == 1 ? crew_of(env, argument) : NULL;
  if (crew == NULL) return fail(env, "expected (crew)");
  dismiss(crew);
  return NULL;
}

/* setHeap(crew, heap: Uint8Array) */
static napi_value set_heap(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2, bytes;
  void *heap;
  napi_typedarray_type type;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct crew *crew = count == 2 ? crew_of(env, arguments[0]) : NULL;
  if (crew == NULL || napi_get_typedarray_info(env, arguments[1], &type, &bytes, &heap, NULL, NULL) != napi_ok ||
      type != napi_uint8_array)
    return fail(env, "expected (crew, heap: Uint8Array)");
  crew->heap = heap;
  crew->heap_bytes = bytes;
  return NULL;
}

/* What a kernel call takes: (crew, kernel: number, address of the arguments: number). */
struct call {
  struct crew *crew;
  const struct kernel *kernel;
  uint32_t arguments;
};

static bool read_call(napi_env env, napi_callback_info info, struct call *call) {
  napi_value arguments[3];
  size_t count = 3;
  uint32_t kernel;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  call->crew = count == 3 ? crew_of(env, arguments[0]) : NULL;
  if (call->crew == NULL || call->crew->team == NULL || napi_get_value_uint32(env, arguments[1], &kernel) != napi_ok ||
      kernel >= call->crew->variant->kernel_count ||
      napi_get_value_uint32(env, arguments[2], &call->arguments) != napi_ok ||
      call->arguments >= call->crew->heap_bytes || call->arguments % sizeof(int32_t) != 0) {
    napi_throw_type_error(env, NULL, "expected (crew, kernel: number, arguments: number) with a heap set");
    return false;
  }
  call->kernel = &call->crew->variant->kernels[kernel];
  return true;
}

static napi_value run(napi_env env, napi_callback_info info) {
  struct call c;
  napi_value result = NULL;
  if (read_call(env, info, &c))
    napi_create_int32(env, c.kernel->run(c.crew->team, c.crew->heap, c.crew->heap + c.arguments), &result);
  return result;
}

static napi_value scratch(napi_env env, napi_callback_info info) {
  struct call c;
  napi_value result = NULL;
  if (read_call(env, info, &c))
    napi_create_int32(env, c.kernel->scratch(c.crew->team, c.crew->heap + c.arguments), &result);
  return result;
}

static void set_string(napi_env env, napi_value list, uint32_t at, const char *text) {
  napi_value string;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &string);
  napi_set_element(env, list, at, string);
}

/* Names of the variants that run on this processor, fastest first. */
static napi_value variant_names(napi_env env) {
  napi_value list;
  uint32_t count = 0;
  napi_create_array(env, &list);
  for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
    if (runs_here(variants[i].name)) set_string(env, list, count++, variants[i].name);
  return list;
}

/* Names of the kernels, in the order of their numbers: alike in all variants. */
static napi_value kernel_names(napi_env env) {
  napi_value list;
  napi_create_array(env, &list);
  for (uint32_t i = 0; i < variants[0].variant->kernel_count; i++)
    set_string(env, list, i, variants[0].variant->kernels[i].name);
  return list;
}

static void export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function);
  napi_set_named_property(env, exports, name, function);
}

int32_t NODE_API_MODULE_GET_API_VERSION(void);

NAPI_MODULE_INIT() {
  napi_set_named_property(env, exports, "variants", variant_names(env));
  napi_set_named_property(env, exports, "kernels", kernel_names(env));
  export_function(env, exports, "start", start);
  export_function(env, exports, "stop", stop);
  export_function(env, exports, "setHeap", set_heap);
  export_function(env, exports, "run", run);
  export_function(env, exports, "scratch", scratch);
  return exports;
}
