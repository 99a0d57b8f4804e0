/* Matrix multiplication: see gemm.h. */
#include "gemm.h"

#define TILE_COLUMNS (2 * LANES)
#define K_BLOCK 256     /* a panel of B of this many rows is at most half of a first-level cache */
#define BLOCK_FLOATS 4096 /* of A: half of a first-level cache, while the panels of B pass */
#define FEW_ROWS 64     /* of A: fewer do not pay for packing B */

static int gemm_scratch(int n, int k) { return ceil_div(n, TILE_COLUMNS) * TILE_COLUMNS * k; }

/* Panel p holds columns p * TILE_COLUMNS on for all k, padded with zeros: panel[k][TILE_COLUMNS]. */
static void gemm_pack(const struct gemm *g, float *panels) {
  for (int column = 0; column < g->n; column += TILE_COLUMNS, panels += TILE_COLUMNS * g->k) {
    const int valid = minimum(TILE_COLUMNS, g->n - column);
    const float *source = g->b + column * g->b_column;
    if (valid < TILE_COLUMNS) clear(panels, TILE_COLUMNS * g->k);
    if (g->b_column == 1 && valid == TILE_COLUMNS) {
      for (int k = 0; k < g->k; k++) {
        store(panels + k * TILE_COLUMNS, load(source + k * g->b_k));
        store(panels + k * TILE_COLUMNS + LANES, load(source + k * g->b_k + LANES));
      }
    } else if (g->b_column == 1) {
      for (int k = 0; k < g->k; k++)
        for (int j = 0; j < valid; j++) panels[k * TILE_COLUMNS + j] = source[k * g->b_k + j];
    } else {
      for (int j = 0; j < valid; j++)
        for (int k = 0; k < g->k; k++) panels[k * TILE_COLUMNS + j] = source[k * g->b_k + j * g->b_column];
    }
  }
}

/* Rows [row, end) of a product, `depth` values of k from k on; one or two vectors of columns from `column` on. */
struct strip {
  int row, end, k, depth, column;
  const float *b;
  int b_k;
};

/* `lanes` of a vector of C. */
INLINE void store_part(const struct gemm *g, struct strip s, float *c, int column, vec value, int lanes) {
  if (g->accumulate || s.k > 0) {
    store_lanes(c, load_lanes(c, lanes) + value, lanes);
  } else {
    store_lanes(c, g->bias ? load_lanes(g->bias + column, lanes) + value : value, lanes);
  }
}

INLINE void store_tile(const struct gemm *g, struct strip s, int row, int rows, int vectors, vec sums[TILE_ROWS][2]) {
  float *c = g->c + row * g->c_row + s.column;
  const int whole = g->n - s.column >= vectors * LANES, plain = !g->accumulate && s.k == 0 && !g->bias;
#pragma GCC unroll 8
  for (int i = 0; i < rows; i++, c += g->c_row)
#pragma GCC unroll 2
    for (int j = 0; j < vectors; j++) {
      const int column = s.column + j * LANES;
      if (whole && plain) {
        store(c + j * LANES, sums[i][j]);
      } else if (whole) {
        store_part(g, s, c + j * LANES, column, sums[i][j], LANES);
      } else {
        store_part(g, s, c + j * LANES, column, sums[i][j], minimum(LANES, g->n - column));
      }
    }
}

/* A tile of C: `rows` rows from `row` on; rows, vectors and transposed are constants where this is inlined. */
INLINE void tile(const struct gemm *g, struct strip s, int row, int rows, int vectors, int transposed) {
  vec sums[TILE_ROWS][2];
  const int stride = transposed ? 1 : g->a_row, step = transposed ? g->a_k : 1;
  const float *a = g->a + row * stride + s.k * step, *b = s.b;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < vectors; j++) sums[i][j] = splat(0.0f);
  for (int k = 0; k < s.depth; k++, a += step, b += s.b_k) {
    const vec b0 = load(b), b1 = vectors == 2 ? load(b + LANES) : b0;
    for (int i = 0; i < rows; i++) {
      const vec value = splat(a[i * stride]);
      sums[i][0] = multiply_add(value, b0, sums[i][0]);
      if (vectors == 2) sums[i][1] = multiply_add(value, b1, sums[i][1]);
    }
  }
  store_tile(g, s, row, rows, vectors, sums);
}

INLINE void strip(const struct gemm *g, struct strip s, int vectors, int transposed) {
  int row = s.row;
  for (; row + TILE_ROWS <= s.end; row += TILE_ROWS) tile(g, s, row, TILE_ROWS, vectors, transposed);
  for (; row + 2 <= s.end; row += 2) tile(g, s, row, 2, vectors, transposed);
  if (row < s.end) tile(g, s, row, 1, vectors, transposed);
}

static void strip_rows_1(const struct gemm *g, struct strip s) { strip(g, s, 1, 0); }
static void strip_rows_2(const struct gemm *g, struct strip s) { strip(g, s, 2, 0); }
static void strip_transposed_1(const struct gemm *g, struct strip s) { strip(g, s, 1, 1); }
static void strip_transposed_2(const struct gemm *g, struct strip s) { strip(g, s, 2, 1); }

/* All columns of some rows; `panels` null: B is read where it lies. */
static void multiply_block(const struct gemm *g, struct strip s, const float *panels) {
  const int transposed = g->a_row == 1 && g->a_k != 1;
  for (s.column = 0; s.column < g->n; s.column += TILE_COLUMNS) {
    const int two = g->n - s.column > LANES;
    s.b = panels ? panels + s.column * g->k + s.k * TILE_COLUMNS : g->b + s.k * g->b_k + s.column;
    s.b_k = panels ? TILE_COLUMNS : g->b_k;
    if (transposed) {
      (two ? strip_transposed_2 : strip_transposed_1)(g, s);
    } else {
      (two ? strip_rows_2 : strip_rows_1)(g, s);
    }
  }
}

static void gemm_packed(const struct gemm *g, const float *panels) {
  for (int k = 0; k < g->k; k += K_BLOCK) {
    const int depth = minimum(K_BLOCK, g->k - k);
    const int rows = maximum(1, BLOCK_FLOATS / depth / TILE_ROWS) * TILE_ROWS;
    for (int row = 0; row < g->m; row += rows) {
      const struct strip s = {row, minimum(row + rows, g->m), k, depth, 0, 0, 0};
      multiply_block(g, s, panels);
    }
  }
}

static void gemm(const struct gemm *g, float *panels) {
  if (g->b_column == 1 && g->n % LANES == 0 && g->m <= FEW_ROWS) {
    gemm_packed(g, 0);
    return;
  }
  gemm_pack(g, panels);
  gemm_packed(g, panels);
}
