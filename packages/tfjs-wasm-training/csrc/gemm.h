/*
 * C = A B or C += A B. B is packed once into panels eight columns wide; A is read where it lies, so one of its two
 * strides must be 1 (rows: a_k 1; transposed: a_row 1). A tile of C, 4 x 8, stays in eight vector registers: six rows
 * would spill, because WebAssembly engines have sixteen.
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

/* Floats of `panels` for an n x k matrix B. */
int gemm_panel_floats(int n, int k);
void gemm_pack(const struct gemm *g, float *panels);
/* Multiplies with panels that gemm_pack made of the same n, k and B. */
void gemm_packed(const struct gemm *g, const float *panels);
/* Packs, then multiplies. */
void gemm(const struct gemm *g, float *panels);

#endif
