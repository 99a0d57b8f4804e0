/* Sleeping on a word of shared memory. On memory that is not shared there are no other threads. */
#define SPINS 50000 /* some 50 microseconds: longer than most gaps between the kernels of a step */

INLINE void pause_briefly(void) {}

INLINE void sleep_while(uint32_t *word, uint32_t value) {
  __builtin_wasm_memory_atomic_wait32((int *)word, (int)value, -1);
}

INLINE void wake(uint32_t *word) { __builtin_wasm_memory_atomic_notify((int *)word, 0xFFFFFFFF); }
