/*
 * C = A B or C += A B. A is read where it lies; of its two strides one must be 1 (rows: a_k 1; transposed: a_row 1).
 * B is packed into panels two vectors wide, or read where it lies too if its rows are contiguous and whole vectors and
 * are used for few rows of A only. A tile of C stays in registers. Every value of C is one chain of additions over k,
 * cut only at multiples of K_BLOCK, so that it does not depend on where a slice of rows begins.
 */
#ifndef GEMM_H
#define GEMM_H

#include "vector.h"

struct gemm {
  int m, n, k;
  const float *a;
  int a_row, a_k; /* strides in floats */
  const float *b;
  int b_k, b_column;
  float *c;
  int c_row;
  int accumulate;    /* 0: C is written; 1: C is added to */
  const float *bias; /* [n], added to every row of a C that is written; or null */
};

/* Floats of scratch for an n x k matrix B. */
static int gemm_scratch(int n, int k);
/* Packs B. */
static void gemm_pack(const struct gemm *g, float *panels);
/* Multiplies with the panels into which gemm_pack put the same B. */
static void gemm_packed(const struct gemm *g, const float *panels);
/* Packs if need be, then multiplies. */
static void gemm(const struct gemm *g, float *panels);

#endif
