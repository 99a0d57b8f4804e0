/*
 * C = A B or C += A B. B is packed into panels eight columns wide and A, where its rows lie side by side, into panels
 * four rows high, so that the inner loop walks two contiguous streams. Of A's two strides one must be 1 (rows: a_k 1;
 * transposed: a_row 1, read where it lies). A tile of C, 4 x 8, stays in eight vector registers: six rows would
 * spill, because WebAssembly engines have sixteen.
 */
#ifndef GEMM_H
#define GEMM_H

#include "training.h"

struct gemm {
  int m, n, k;
  const float *a;
  int a_row, a_k; /* strides in floats */
  const float *b;
  int b_k, b_column;
  float *c;
  int c_row;
  int accumulate; /* 0: C is written; 1: C is added to */
};

/* Floats of scratch for an n x k matrix B. */
int gemm_scratch(int n, int k);
/* Packs B. */
void gemm_pack(const struct gemm *g, float *scratch);
/* Multiplies with the scratch in which gemm_pack put the same B. */
void gemm_packed(const struct gemm *g, float *scratch);
/* Packs, then multiplies. */
void gemm(const struct gemm *g, float *scratch);

#endif
