/* Matrix multiplication: see gemm.h. The order of additions depends on the shape only, so results repeat bit for bit. */
#include "gemm.h"
#include "vector.h"

#define TILE_ROWS 4
#define TILE_COLUMNS 8
#define K_BLOCK 256       /* a panel of B, 256 x 8 floats, is a quarter of a first-level cache */
#define BLOCK_FLOATS 4096 /* packed rows of A: half of a first-level cache */
#define BLOCK_ROWS 64     /* at most, so that the rows of C that they meet stay near too */

INLINE int minimum(int a, int b) { return a < b ? a : b; }

static int panel_floats(int n, int k) { return (n + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS * k; }

int gemm_scratch(int n, int k) { return panel_floats(n, k) + BLOCK_FLOATS; }

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

/* Transposes four rows of A to packed[k][4]. */
static void pack_rows(const float *const rows[TILE_ROWS], int depth, float *packed) {
  int k = 0;
  for (; k + 4 <= depth; k += 4, packed += 16) {
    const v128_t a = wasm_v128_load(rows[0] + k), b = wasm_v128_load(rows[1] + k);
    const v128_t c = wasm_v128_load(rows[2] + k), d = wasm_v128_load(rows[3] + k);
    const v128_t ab_low = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), ab_high = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
    const v128_t cd_low = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), cd_high = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
    wasm_v128_store(packed, wasm_i64x2_shuffle(ab_low, cd_low, 0, 2));
    wasm_v128_store(packed + 4, wasm_i64x2_shuffle(ab_low, cd_low, 1, 3));
    wasm_v128_store(packed + 8, wasm_i64x2_shuffle(ab_high, cd_high, 0, 2));
    wasm_v128_store(packed + 12, wasm_i64x2_shuffle(ab_high, cd_high, 1, 3));
  }
  for (; k < depth; k++, packed += 4)
    for (int i = 0; i < TILE_ROWS; i++) packed[i] = rows[i][k];
}

/* Packs rows [row, end); rows past the end repeat the last one and are not stored. */
static void pack_block(const struct gemm *g, int row, int end, int k, int depth, float *packed) {
  for (; row < end; row += TILE_ROWS, packed += TILE_ROWS * depth) {
    const float *rows[TILE_ROWS];
    for (int i = 0; i < TILE_ROWS; i++) rows[i] = g->a + minimum(row + i, end - 1) * g->a_row + k;
    pack_rows(rows, depth, packed);
  }
}

struct tile {
  v128_t v[TILE_ROWS][2];
};

/* a[k * stride + i] times b[k][j], summed over k. */
INLINE struct tile multiply(int depth, const float *a, int stride, const float *b) {
  struct tile t;
  for (int i = 0; i < TILE_ROWS; i++) t.v[i][0] = t.v[i][1] = splat(0.0f);
  for (int k = 0; k < depth; k++, a += stride, b += TILE_COLUMNS) {
    const v128_t b0 = wasm_v128_load(b), b1 = wasm_v128_load(b + 4);
    for (int i = 0; i < TILE_ROWS; i++) {
      const v128_t value = wasm_v128_load32_splat(a + i);
      t.v[i][0] = add(t.v[i][0], mul(value, b0));
      t.v[i][1] = add(t.v[i][1], mul(value, b1));
    }
  }
  return t;
}

INLINE void store_half(float *c, v128_t v, int lanes, int accumulate) {
  if (lanes <= 0) return;
  const int count = lanes < LANES ? lanes : LANES;
  store_lanes(c, accumulate ? add(load_lanes(c, count), v) : v, count);
}

INLINE void store_tile(struct tile t, float *c, int c_row, int rows, int columns, int accumulate) {
  for (int i = 0; i < rows; i++, c += c_row) {
    store_half(c, t.v[i][0], columns, accumulate);
    store_half(c + 4, t.v[i][1], columns - 4, accumulate);
  }
}

/* The edge of C, in a function of its own: partial stores are long and rare. */
static void store_part(const struct tile *t, float *c, int c_row, int rows, int columns, int accumulate) {
  float values[TILE_ROWS][TILE_COLUMNS];
  for (int i = 0; i < rows; i++) {
    wasm_v128_store(values[i], t->v[i][0]);
    wasm_v128_store(values[i] + 4, t->v[i][1]);
    for (int j = 0; j < columns; j++)
      c[i * c_row + j] = accumulate ? c[i * c_row + j] + values[i][j] : values[i][j];
  }
}

INLINE void finish_tile(struct tile t, float *c, int c_row, int rows, int columns, int accumulate) {
  if (rows < TILE_ROWS || columns < TILE_COLUMNS) {
    store_part(&t, c, c_row, rows, columns, accumulate);
  } else if (accumulate) {
    store_tile(t, c, c_row, TILE_ROWS, TILE_COLUMNS, 1);
  } else {
    store_tile(t, c, c_row, TILE_ROWS, TILE_COLUMNS, 0);
  }
}

/* Part of a product: rows [row, end), depth values of k from k on. */
struct part {
  int row, end, k, depth;
  const float *panels;
};

/* All tiles of a part whose packed rows are `packed`. */
static void multiply_packed(const struct gemm *g, struct part p, const float *packed) {
  for (int column = 0; column < g->n; column += TILE_COLUMNS) {
    const float *b = p.panels + column * g->k + p.k * TILE_COLUMNS;
    const int columns = minimum(TILE_COLUMNS, g->n - column);
    for (int row = p.row; row < p.end; row += TILE_ROWS) {
      const struct tile t = multiply(p.depth, packed + (row - p.row) * p.depth, TILE_ROWS, b);
      finish_tile(t, g->c + row * g->c_row + column, g->c_row, minimum(TILE_ROWS, p.end - row), columns,
                  g->accumulate || p.k > 0);
    }
  }
}

/* The same for transposed A, read where it lies; the last rows, if fewer than four, are copied to `padded`. */
static void multiply_transposed(const struct gemm *g, struct part p, float *padded) {
  const float *a = g->a + p.k * g->a_k;
  const int whole = g->m & ~(TILE_ROWS - 1);
  for (int k = 0; k < p.depth && whole < g->m; k++)
    for (int i = 0; i < TILE_ROWS; i++)
      padded[k * TILE_ROWS + i] = whole + i < g->m ? a[k * g->a_k + whole + i] : 0.0f;
  for (int column = 0; column < g->n; column += TILE_COLUMNS) {
    const float *b = p.panels + column * g->k + p.k * TILE_COLUMNS;
    const int columns = minimum(TILE_COLUMNS, g->n - column), accumulate = g->accumulate || p.k > 0;
    float *c = g->c + column;
    for (int row = 0; row < whole; row += TILE_ROWS, c += TILE_ROWS * g->c_row)
      finish_tile(multiply(p.depth, a + row, g->a_k, b), c, g->c_row, TILE_ROWS, columns, accumulate);
    if (whole < g->m)
      finish_tile(multiply(p.depth, padded, TILE_ROWS, b), c, g->c_row, g->m - whole, columns, accumulate);
  }
}

void gemm_packed(const struct gemm *g, float *scratch) {
  float *packed = scratch + panel_floats(g->n, g->k);
  for (int k = 0; k < g->k; k += K_BLOCK) {
    const int depth = minimum(K_BLOCK, g->k - k);
    if (g->a_row == 1 && g->a_k != 1) {
      const struct part all = {0, g->m, k, depth, scratch};
      multiply_transposed(g, all, packed);
      continue;
    }
    const int rows = minimum(BLOCK_FLOATS / depth, BLOCK_ROWS) & ~(TILE_ROWS - 1);
    for (int row = 0; row < g->m; row += rows) {
      const struct part p = {row, minimum(row + rows, g->m), k, depth, scratch};
      pack_block(g, row, p.end, k, depth, packed);
      multiply_packed(g, p, packed);
    }
  }
}

void gemm(const struct gemm *g, float *scratch) {
  gemm_pack(g, scratch);
  gemm_packed(g, scratch);
}
