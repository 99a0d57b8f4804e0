/* Matrix multiplication: see gemm.h. The order of additions depends on the shape only, so results repeat bit for bit. */
#include "gemm.h"
#include "vector.h"

#define TILE_ROWS 4
#define TILE_COLUMNS 8
#define K_BLOCK 512 /* a panel of 512 x 8 floats is 16 KiB, half of a first-level cache */
#define BLOCK_FLOATS 16384 /* rows of A kept in the second-level cache while the panels pass over them */

INLINE int minimum(int a, int b) { return a < b ? a : b; }

int gemm_panel_floats(int n, int k) { return (n + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS * k; }

/* Panel p holds columns 8p to 8p + 7 for all k, padded with zeros: panel[k][8]. */
void gemm_pack(const struct gemm *g, float *panels) {
  for (int column = 0; column < g->n; column += TILE_COLUMNS) {
    const int valid = minimum(TILE_COLUMNS, g->n - column);
    const float *source = g->b + column * g->b_column;
    if (valid == TILE_COLUMNS && g->b_column == 1) {
      for (int k = 0; k < g->k; k++, panels += TILE_COLUMNS, source += g->b_k) {
        wasm_v128_store(panels, wasm_v128_load(source));
        wasm_v128_store(panels + 4, wasm_v128_load(source + 4));
      }
      continue;
    }
    for (int k = 0; k < g->k; k++, panels += TILE_COLUMNS, source += g->b_k)
      for (int j = 0; j < TILE_COLUMNS; j++) panels[j] = j < valid ? source[j * g->b_column] : 0.0f;
  }
}

struct tile {
  v128_t v[TILE_ROWS][2];
};

INLINE void step(struct tile *t, const float *const a[TILE_ROWS], int offset, const float *b) {
  const v128_t b0 = wasm_v128_load(b), b1 = wasm_v128_load(b + 4);
  for (int i = 0; i < TILE_ROWS; i++) {
    const v128_t value = wasm_v128_load32_splat(a[i] + offset);
    t->v[i][0] = add(t->v[i][0], mul(value, b0));
    t->v[i][1] = add(t->v[i][1], mul(value, b1));
  }
}

/* Any stride along k; `a` has one pointer a row. */
INLINE struct tile multiply_rows(int k, const float *const a[TILE_ROWS], int a_k, const float *b) {
  struct tile t;
  for (int i = 0; i < TILE_ROWS; i++) t.v[i][0] = t.v[i][1] = splat(0.0f);
  int i = 0;
  if (a_k == 1)
    for (; i + 4 <= k; i += 4, b += 4 * TILE_COLUMNS) {
      step(&t, a, i, b);
      step(&t, a, i + 1, b + TILE_COLUMNS);
      step(&t, a, i + 2, b + 2 * TILE_COLUMNS);
      step(&t, a, i + 3, b + 3 * TILE_COLUMNS);
    }
  for (; i < k; i++, b += TILE_COLUMNS) step(&t, a, i * a_k, b);
  return t;
}

/* Transposed A: the four rows lie side by side. */
INLINE struct tile multiply_columns(int k, const float *a, int a_k, const float *b) {
  struct tile t;
  for (int i = 0; i < TILE_ROWS; i++) t.v[i][0] = t.v[i][1] = splat(0.0f);
  for (int i = 0; i < k; i++, a += a_k, b += TILE_COLUMNS) {
    const float *const rows[TILE_ROWS] = {a, a + 1, a + 2, a + 3};
    step(&t, rows, 0, b);
  }
  return t;
}

INLINE void store_half(float *c, v128_t v, int lanes, int accumulate) {
  if (lanes <= 0) return;
  const int count = lanes < LANES ? lanes : LANES;
  store_lanes(c, accumulate ? add(load_lanes(c, count), v) : v, count);
}

INLINE void store_tile(const struct tile *t, float *c, int c_row, int rows, int columns, int accumulate) {
  for (int i = 0; i < rows; i++, c += c_row) {
    store_half(c, t->v[i][0], columns, accumulate);
    store_half(c + 4, t->v[i][1], columns - 4, accumulate);
  }
}

INLINE void tile(const struct gemm *g, const float *a, const float *b, float *c, int k, int rows, int columns,
                 int accumulate) {
  struct tile t;
  if (g->a_row == 1 && rows == TILE_ROWS) {
    t = multiply_columns(k, a, g->a_k, b);
  } else {
    const float *pointers[TILE_ROWS]; /* rows past the end repeat the last one and are not stored */
    for (int i = 0; i < TILE_ROWS; i++) pointers[i] = a + minimum(i, rows - 1) * g->a_row;
    t = multiply_rows(k, pointers, g->a_k, b);
  }
  if (rows == TILE_ROWS && columns == TILE_COLUMNS) {
    store_tile(&t, c, g->c_row, TILE_ROWS, TILE_COLUMNS, accumulate);
  } else {
    store_tile(&t, c, g->c_row, rows, columns, accumulate);
  }
}

/* All tiles of rows [row, end) for the block of k that starts at `k`. */
static void row_block(const struct gemm *g, const float *panels, int row, int end, int k) {
  const int depth = minimum(K_BLOCK, g->k - k);
  const int accumulate = g->accumulate || k > 0;
  for (int column = 0; column < g->n; column += TILE_COLUMNS) {
    const float *b = panels + (column * g->k + k * TILE_COLUMNS);
    const int columns = minimum(TILE_COLUMNS, g->n - column);
    for (int i = row; i < end; i += TILE_ROWS) {
      const float *a = g->a + (i * g->a_row + k * g->a_k);
      tile(g, a, b, g->c + (i * g->c_row + column), depth, minimum(TILE_ROWS, end - i), columns, accumulate);
    }
  }
}

void gemm_packed(const struct gemm *g, const float *panels) {
  const int fitting = BLOCK_FLOATS / minimum(K_BLOCK, g->k > 0 ? g->k : 1) / TILE_ROWS * TILE_ROWS;
  const int rows = g->a_row == 1 ? g->m : fitting;
  for (int k = 0; k < g->k; k += K_BLOCK)
    for (int row = 0; row < g->m; row += rows) row_block(g, panels, row, minimum(row + rows, g->m), k);
}

void gemm(const struct gemm *g, float *panels) {
  gemm_pack(g, panels);
  gemm_packed(g, panels);
}
