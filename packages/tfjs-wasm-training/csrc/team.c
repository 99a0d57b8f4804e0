/* See team.h. sleep.h of the platform gives `sleep_while`, `wake` and `pause_briefly`. */
#include "team.h"

#ifdef __wasm__
#include "sleep_wasm.h"
#else
#include "sleep_native.h"
#endif


INLINE uint32_t job_of(uint64_t ticket) { return (uint32_t)(ticket >> 32); }
INLINE int slices_in(uint64_t ticket) { return (int)(ticket >> 16 & 0xFFFF); }
INLINE int next_in(uint64_t ticket) { return (int)(ticket & 0xFFFF); }

/* The half of the ticket that changes with every job, on which threads sleep (little-endian machines). */
INLINE uint32_t *job_word(struct team *team) { return (uint32_t *)(void *)&team->ticket + 1; }

/*
 * Takes slices until none is left. The job cannot end, and its fields cannot change, between the load of a ticket with
 * a free slice and the exchange that takes that slice.
 */
static void take_slices(struct team *team, int thread) {
  uint64_t ticket = __atomic_load_n(&team->ticket, __ATOMIC_ACQUIRE);
  while (next_in(ticket) < slices_in(ticket)) {
    task *run = __atomic_load_n(&team->run, __ATOMIC_RELAXED);
    const void *context = __atomic_load_n(&team->context, __ATOMIC_RELAXED);
    if (!__atomic_compare_exchange_n(&team->ticket, &ticket, ticket + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      continue;
    run(context, next_in(ticket), thread);
    const uint32_t finished = __atomic_add_fetch(&team->finished, 1, __ATOMIC_SEQ_CST);
    if (thread > 0 && (int)finished == slices_in(ticket) && __atomic_load_n(&team->sleepers, __ATOMIC_SEQ_CST) > 0)
      wake(&team->finished);
    ticket = __atomic_load_n(&team->ticket, __ATOMIC_ACQUIRE);
  }
}

/* Spins, then sleeps, while *word is `value`. */
static void wait_while(struct team *team, uint32_t *word, uint32_t value) {
  for (int i = 0; i < SPINS; i++) {
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) return;
    pause_briefly();
  }
  __atomic_add_fetch(&team->sleepers, 1, __ATOMIC_SEQ_CST);
  sleep_while(word, value);
  __atomic_sub_fetch(&team->sleepers, 1, __ATOMIC_SEQ_CST);
}

static void wait_for_end(struct team *team, uint32_t slices) {
  for (;;) {
    const uint32_t finished = __atomic_load_n(&team->finished, __ATOMIC_ACQUIRE);
    if (finished == slices) return;
    wait_while(team, &team->finished, finished);
  }
}

static void publish(struct team *team, uint64_t slices) {
  const uint64_t job = (uint64_t)(job_of(team->ticket) + 1);
  __atomic_store_n(&team->ticket, job << 32 | slices << 16, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&team->sleepers, __ATOMIC_SEQ_CST) > 0) wake(job_word(team));
}

static void run_slices(struct team *team, int slices, task *run, const void *context) {
  if (team->threads == 1 || slices == 1) {
    for (int i = 0; i < slices; i++) run(context, i, 0);
    return;
  }
  __atomic_store_n(&team->run, run, __ATOMIC_RELAXED);
  __atomic_store_n(&team->context, context, __ATOMIC_RELAXED);
  __atomic_store_n(&team->finished, 0, __ATOMIC_RELAXED);
  publish(team, (uint64_t)slices);
  take_slices(team, 0);
  wait_for_end(team, (uint32_t)slices);
}

#ifdef __wasm__
EXPORT int32_t team_bytes(void) { return sizeof(struct team); }
#endif

/*
 * The life of every thread but the caller's. `thread` counts from 1. The job is read before the order to stop, which is
 * given before the last job is published: a thread that misses the order does not sleep through that job.
 */
EXPORT void team_work(struct team *team, int32_t thread) {
  for (;;) {
    const uint32_t job = __atomic_load_n(job_word(team), __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&team->stop, __ATOMIC_SEQ_CST)) return;
    take_slices(team, thread);
    wait_while(team, job_word(team), job);
  }
}

/* Ends the threads: they return from team_work. */
EXPORT void team_stop(struct team *team) {
  __atomic_store_n(&team->stop, 1, __ATOMIC_SEQ_CST);
  publish(team, 0);
}
