/** @file What a product and an output cost: sparse rows of a layer fitted by two terms, relative errors weighing alike. */
import { ratio, table } from './cells.mjs';

/** Least squares of `a x + b y = 1` over rows [x, y]. */
function fit(rows) {
  const sum = (pick) => rows.reduce((total, row) => total + pick(row), 0);
  const [xx, xy, yy] = [sum(([x]) => x * x), sum(([x, y]) => x * y), sum(([, y]) => y * y)];
  const [x1, y1] = [sum(([x]) => x), sum(([, y]) => y)];
  const determinant = xx * yy - xy * xy;
  return [(x1 * yy - y1 * xy) / determinant, (y1 * xx - x1 * xy) / determinant];
}

/** `64x384 -> 64x192` has 64 * 192; `16x16x32 -> 32, 3x3, stride 1` has 16 * 16 * 32. */
function outputsOf({ shape }) {
  const window = /^(\d+)x(\d+)x\d+ -> (\d+), \d+x\d+, stride (\d+)$/.exec(shape)?.slice(1).map(Number);
  if (window) return Math.ceil(window[0] / window[3]) * Math.ceil(window[1] / window[3]) * window[2];
  const [tokens, outputs] = /-> (\d+)x(\d+)$/.exec(shape).slice(1).map(Number);
  return tokens * outputs;
}

/** Of layers of several tokens; a single one shares nothing. */
export function costs(rows) {
  const names = [...new Set(rows.map(({ name }) => name))];
  const body = names.flatMap((name) =>
    ['m4', 'm7'].flatMap((core) => {
      const own = rows.filter((row) => row.name === name && row.core === core && row.variant === 'run-time');
      const sparse = own.filter(({ sparsity }) => sparsity > 0);
      if (sparse.length < 3) return [];
      const terms = sparse.map((row) => [row.nonZeroMacs / row.cycles, outputsOf(row) / row.cycles]);
      const [product, output] = fit(terms);
      const off = Math.max(...terms.map(([x, y]) => Math.abs(product * x + output * y - 1)));
      const [{ baseline, macs, cycles }] = own;
      const cells = [cycles / macs, product, output].map(ratio);
      const peer = ratio(baseline && baseline.cycles / macs);
      return [[`\`${name}\``, core.toUpperCase(), ...cells, `${(100 * off).toFixed(1)}%`, peer]];
    }),
  );
  const head = ['layer', 'core', 'dense: a product', 'sparse: a product', 'an output', 'fit off at most'];
  return table([...head, 'CMSIS-NN: a product'], body);
}
