/** @file Tables of what an idea gains: encodings, what is compiled in, boards. */
import { range, ratio, table } from './cells.mjs';

const CORES = ['m4', 'm7'];
const namesOf = (rows) => [...new Set(rows.map(({ name }) => name))];
const isFaster = (a, b) => a.cycles + a.cyclesHigh < b.cycles + b.cyclesHigh;
const fastest = (rows) => rows.reduce((best, row) => (best && !isFaster(row, best) ? best : row), undefined);

/** Rows of a layer near this share of zeros; patterns of other blocks hit it less closely. */
const near = (rows, share) => rows.filter(({ sparsity }) => Math.abs(sparsity - share) < 0.03);

/** The faster of the kernels that take weights as data, of every encoding, near 90% zeros. */
export function encodings(rows) {
  const found = near(rows, 0.9).filter(({ way }) => way !== 'generated');
  const names = [...new Set(found.map(({ encoding }) => encoding))];
  const body = namesOf(found).flatMap((name) =>
    names.flatMap((encoding) => {
      const of = (core) =>
        fastest(found.filter((row) => row.name === name && row.core === core && row.encoding === encoding));
      const [m4, m7] = CORES.map(of);
      if (!m4 || !m7) return [];
      const zeros = `${(100 * m4.sparsity).toFixed(1)}%`;
      return [
        [
          `\`${name}\``,
          encoding,
          zeros,
          m4.dataBytes,
          range(m4),
          ratio(m4.speedup),
          range(m7),
          ratio(m7.speedup),
        ],
      ];
    }),
  );
  const head = [
    'layer',
    'encoding',
    'zeros',
    'bytes',
    'M4: 1000 cycles',
    'speed-up',
    'M7: 1000 cycles',
    'speed-up',
  ];
  return table(head, body);
}

const PANELS = ['packed 2x4', 'panel 2x4', 'packed 4x4', 'panel 4x4'];

/** Speed-ups by what was known when the kernel was compiled, of the panels that are the default. */
export function ways(rows) {
  const found = rows.filter(({ encoding }) => PANELS.includes(encoding));
  const body = namesOf(found).flatMap((name) =>
    CORES.flatMap((core) =>
      ['general', 'specialised', 'generated'].map((way) => {
        const own = found.filter((row) => row.name === name && row.core === core && row.way === way);
        const cells = [0, 0.5, 0.8, 0.9, 0.945].map((share) => fastest(near(own, share))?.speedup);
        return [`\`${name}\``, core.toUpperCase(), way, ...cells.map(ratio)];
      }),
    ),
  );
  const head = ['layer', 'core', 'compiled in', '0%', '50%', '80%', '90%', '95%'];
  return table(
    head,
    body.filter((cells) => cells.slice(3).some((cell) => cell !== '-')),
  );
}

/** Run-time kernels and CMSIS-NN with the memory of boards; layers with pruned weights at 0 and about 90%. */
export function boards(files) {
  const body = files.flatMap(({ board, rows }) =>
    rows
      .filter(
        ({ variant, sparsity }) =>
          variant === 'run-time' && (sparsity === 0 || Math.abs(sparsity - 0.9) < 0.03),
      )
      .map((row) => [
        board.replace('stm32', 'STM32').toUpperCase(),
        `\`${row.name}\``,
        row.encoding === 'none' ? '' : `${(100 * row.sparsity).toFixed(1)}%`,
        range(row),
        row.baseline ? range(row.baseline) : '-',
        ratio(row.speedup),
      ]),
  );
  return table(['board', 'layer', 'zeros', '1000 cycles', 'CMSIS-NN', 'speed-up'], body);
}
