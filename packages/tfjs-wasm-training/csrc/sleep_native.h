/* Sleeping on a word: a futex where Linux has it, else a short nap at a time. */
#define SPINS 4000 /* some 50 microseconds: longer than most gaps between the kernels of a step */

#if defined(__x86_64__)
INLINE void pause_briefly(void) { __builtin_ia32_pause(); }
#elif defined(__aarch64__)
INLINE void pause_briefly(void) { __asm__ volatile("yield"); }
#else
INLINE void pause_briefly(void) {}
#endif

#ifdef __linux__
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

INLINE void sleep_while(uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, 0, 0, 0);
}

INLINE void wake(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0); }
#else
#include <time.h>

INLINE void sleep_while(uint32_t *word, uint32_t value) {
  const struct timespec nap = {0, 100000};
  while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value) nanosleep(&nap, 0);
}

INLINE void wake(uint32_t *word) { (void)word; }
#endif
