/*
 * Runs kernels of two variants on the same heap and prints how far their results are apart. Standard input has a call a
 * line: the kernel's name and the words of its arguments but the scratch, each a whole number, a float as f0.5, or a
 * region of the heap as @3. Regions hold random values; afterwards all of them are compared.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "variant.h"

#define REGION_FLOATS 16384
#define REGIONS 12
#define SCRATCH_FLOATS (1 << 20)
#define HEAP_BYTES ((REGION_FLOATS * (REGIONS + 1) + SCRATCH_FLOATS) * 4)
#define REGION(i) ((uint32_t)((i) * REGION_FLOATS * 4)) /* region 0 has the arguments */

extern const struct variant FIRST, SECOND;

struct helper {
  const struct variant *variant;
  struct team *team;
};

static void *help(void *argument) {
  const struct helper *h = argument;
  h->variant->work(h->team, 1);
  return NULL;
}

/* Labels and identifiers: the first region is whole numbers from 0 to 3. */
static void fill(char *heap) {
  uint32_t state = 1;
  float *values = (float *)(void *)heap;
  for (int i = 0; i < HEAP_BYTES / 4; i++) {
    state = state * 1664525u + 1013904223u;
    values[i] = (float)(state >> 8) / 8388608.0f - 1.0f;
  }
  int32_t *whole = (int32_t *)(void *)(heap + REGION(1));
  for (int i = 0; i < REGION_FLOATS; i++) whole[i] = i % 4;
}

static int parse(char *line, char *heap) {
  int32_t *words = (int32_t *)(void *)heap;
  int count = 0;
  for (char *token = strtok(line, " \n"); token; token = strtok(NULL, " \n"), count++) {
    if (*token == 'f') {
      const float value = strtof(token + 1, NULL);
      memcpy(words + count, &value, 4);
    } else {
      words[count] = *token == '@' ? (int32_t)REGION(atoi(token + 1)) : atoi(token);
    }
  }
  return count;
}

static void run(const struct variant *variant, const char *name, const char *line, char *heap) {
  char copy[1024];
  fill(heap);
  strcpy(copy, line);
  const int scratch = parse(copy, heap);
  struct team *team = aligned_alloc(64, (variant->team_bytes + 63) / 64 * 64);
  memset(team, 0, variant->team_bytes);
  *(int32_t *)(void *)team = 2;
  struct helper helper = {variant, team};
  pthread_t thread;
  pthread_create(&thread, NULL, help, &helper);
  for (size_t i = 0; i < variant->kernel_count; i++) {
    const struct kernel *kernel = &variant->kernels[i];
    if (strcmp(kernel->name, name) != 0) continue;
    ((int32_t *)(void *)heap)[scratch] = (int32_t)REGION(REGIONS + 1);
    if (kernel->scratch(team, heap) > SCRATCH_FLOATS) exit(2);
    kernel->run(team, heap, heap);
  }
  variant->stop(team);
  pthread_join(thread, NULL);
  free(team);
}

/* The largest difference, relative to the largest value of its region; how many values the call has written. */
static double compare(const char *first, const char *second, const char *before, int *written) {
  double worst = 0.0;
  *written = 0;
  for (int region = 2; region <= REGIONS; region++) {
    const float *a = (const float *)(const void *)(first + REGION(region));
    const float *b = (const float *)(const void *)(second + REGION(region));
    const float *old = (const float *)(const void *)(before + REGION(region));
    double difference = 0.0, scale = 0.0;
    for (int i = 0; i < REGION_FLOATS; i++) {
      if (a[i] == old[i] && b[i] == old[i]) continue;
      *written += 1;
      difference = fmax(difference, fabs((double)a[i] - (double)b[i]));
      scale = fmax(scale, fabs((double)b[i]));
    }
    if (difference > 0.0) worst = fmax(worst, difference / scale);
  }
  return worst;
}

int main(void) {
  char line[1024], *heaps[3];
  for (int i = 0; i < 3; i++) heaps[i] = aligned_alloc(64, HEAP_BYTES);
  while (fgets(line, sizeof line, stdin)) {
    char name[64];
    int length = 0;
    if (sscanf(line, "%63s%n", name, &length) != 1) continue;
    int written;
    run(&FIRST, name, line + length, heaps[0]);
    run(&SECOND, name, line + length, heaps[1]);
    fill(heaps[2]);
    const double difference = compare(heaps[0], heaps[1], heaps[2], &written);
    printf("%s %d %g\n", name, written, difference);
  }
  return 0;
}
