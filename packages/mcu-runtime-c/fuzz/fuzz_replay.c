/*
 * Runs the calls in files, one line each: kernel, status or "skipped". Arguments: the number of mutants to run of each file
 * as well, the files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_mutate.h"
#include "fuzz_request.h"

enum { MAX_BYTES = 1 << 20 };

static uint8_t original[MAX_BYTES];
static uint8_t mutant[MAX_BYTES];

static size_t read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    (void)fprintf(stderr, "cannot read %s\n", path);
    exit(2);
  }
  const size_t size = fread(original, 1, MAX_BYTES, file);
  (void)fclose(file);
  return size;
}

static void report(struct fuzz_outcome outcome) {
  if (outcome.is_skipped) {
    (void)printf("%s skipped\n", outcome.kernel);
  } else {
    (void)printf("%s %ld\n", outcome.kernel, (long)outcome.status);
  }
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  const uint32_t mutants = (uint32_t)strtoul(arguments[1], NULL, 10);
  for (int i = 2; i < count; i++) {
    const size_t size = read_file(arguments[i]);
    report(fuzz_run(original, size));
    for (uint32_t seed = 1; seed <= mutants; seed++) {
      memcpy(mutant, original, size);
      fuzz_mutate(mutant, size, seed);
      report(fuzz_run(mutant, size));
    }
  }
  return 0;
}
