/**
 * @file Writes the measured tables of docs/kernels.md from the rows of `tinyformer bench kernels --json FILE`:
 * `node scripts/kernel-tables.mjs FILE...`. A table stands between `<!-- table: NAME -->` and `<!-- end -->`; the text around
 * them is left alone, and so is a table whose rows no file has. Beside those of the bench itself a file may hold the rows of
 * a `--board`, or of other encodings (`--layout ... --ways`); the page has the commands.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { boards, encodings, ways } from './kernel-tables/studies.mjs';
import { range, ratio, table, thousands } from './kernel-tables/cells.mjs';
import { costs } from './kernel-tables/costs.mjs';
import { speedupPlot } from './kernel-tables/plot.mjs';

const page = 'docs/kernels.md';
const files = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const isOfEncodings = ({ rows }) => rows.some(({ encoding }) => encoding === 'csr');
const rows = files.filter((file) => !file.board && !isOfEncodings(file)).flatMap((file) => file.rows);
const studied = files.filter(isOfEncodings).flatMap((file) => file.rows);
const onBoards = files.filter(({ board }) => board);

const CORES = ['m4', 'm7'];
const named = rows.filter(({ name }) => !name.startsWith('sweep-'));
const swept = rows.filter(({ name, variant }) => name.startsWith('sweep-') && variant === 'run-time');

const namesOf = (list) => [...new Set(list.map(({ name }) => name))];
const select = (name, core, variant) =>
  named.filter((row) => row.name === name && row.core === core && row.variant === variant);
const isPruned = (name) => select(name, 'm4', 'run-time').length === 5;

/** Layers at five sparsities: speed-ups, one column each. */
function speedups(pick) {
  const body = namesOf(named)
    .filter(isPruned)
    .flatMap((name) =>
      CORES.flatMap((core) =>
        ['run-time', 'best'].map((variant) => [
          `\`${name}\``,
          core.toUpperCase(),
          variant,
          ...select(name, core, variant).map((row) => ratio(pick(row))),
        ]),
      ),
    );
  return table(['layer', 'core', 'variant', '0%', '50%', '80%', '90%', '95%'], body);
}

/** The first cells of a layer at one sparsity. */
const identity = (row) => [
  `\`${row.name}\``,
  row.core.toUpperCase(),
  `${(100 * row.sparsity).toFixed(1)}%`,
  row.encoding,
  thousands(row.instructions),
  range(row),
];

/** Layers at five sparsities in full, one row each. */
function pruned() {
  const body = named
    .filter(({ name, variant }) => isPruned(name) && variant === 'run-time')
    .map((row) => [
      ...identity(row),
      ratio(row.nonZeroMacs && row.cyclesHigh / row.nonZeroMacs),
      row.dataBytes,
      row.codeBytes,
      row.stackBytes,
      row.scratchBytes,
    ]);
  const head = [
    'layer',
    'core',
    'zeros',
    'encoding',
    '1000 instructions',
    '1000 cycles',
    'cycles a non-zero MAC',
  ];
  return table([...head, 'data', 'code', 'stack', 'scratch'], body);
}

/** Layers whose weights, where they have any, are not pruned. */
function others() {
  const body = namesOf(named)
    .filter((name) => !isPruned(name))
    .flatMap((name) => CORES.flatMap((core) => select(name, core, 'run-time')))
    .filter(({ encoding }) => encoding !== 'taps')
    .map((row) => [
      `\`${row.name}\``,
      row.core.toUpperCase(),
      thousands(row.instructions),
      range(row),
      row.baseline ? range(row.baseline) : '-',
      ratio(row.speedup),
      ratio(row.doubleRounding?.speedup),
      row.floatDifference
        ? `${row.floatDifference.largest} / ${row.floatDifference.mean.toFixed(3)}`
        : 'exact',
      row.codeBytes,
      row.stackBytes,
      row.scratchBytes,
    ]);
  const head = [
    'layer',
    'core',
    '1000 instructions',
    '1000 cycles',
    'CMSIS-NN',
    'speed-up',
    'double rounding',
  ];
  return table([...head, 'from float: largest / mean', 'code', 'stack', 'scratch'], body);
}

/** Depthwise layers by the taps that they keep. */
function taps() {
  const body = named
    .filter(({ op, variant }) => op === 'depthwise' && variant === 'run-time')
    .map((row) => [
      ...identity(row),
      ratio(row.speedup),
      ratio(row.doubleRounding?.speedup),
      row.dataBytes,
      row.codeBytes,
      row.stackBytes,
      row.scratchBytes,
    ]);
  const head = ['layer', 'core', 'zeros', 'encoding', '1000 instructions', '1000 cycles', 'speed-up'];
  return table([...head, 'double rounding', 'data', 'code', 'stack', 'scratch'], body);
}

/** What CMSIS-NN takes on the named layers. */
function baseline() {
  const body = namesOf(named).flatMap((name) =>
    CORES.map((core) => {
      const { baseline: single, doubleRounding } = select(name, core, 'run-time')[0];
      const double = doubleRounding?.baseline;
      return [
        `\`${name}\``,
        core.toUpperCase(),
        single.kernel
          .split(' + ')
          .map((kernel) => `\`${kernel}\``)
          .join(' + '),
        thousands(single.instructions),
        range(single),
        double ? range(double) : '-',
      ];
    }),
  );
  const head = [
    'layer',
    'core',
    'functions',
    '1000 instructions',
    '1000 cycles, single rounding',
    'double rounding',
  ];
  return table(head, body);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function sweep() {
  const groups = CORES.flatMap((core) =>
    namesOf(swept.map(({ op }) => ({ name: op }))).map((op) => [core, op]),
  );
  const body = groups.map(([core, op]) => {
    const found = swept.filter((row) => row.core === core && row.op === op && row.speedup !== null);
    const slowest = found.reduce((a, b) => (a.speedup < b.speedup ? a : b));
    const speeds = found.map(({ speedup }) => speedup);
    return [
      core.toUpperCase(),
      op,
      found.length,
      ratio(median(speeds)),
      ratio(slowest.speedup),
      `\`${slowest.name}\``,
    ];
  });
  return table(['core', 'op', 'layers', 'median', 'lowest', 'which'], body);
}

/** Flash of the layer that most networks have. */
function flash() {
  const name = 'linear-64x384x192';
  const dense = 384 * 192;
  const body = select(name, 'm4', 'run-time').map((row) => [
    `${(100 * row.sparsity).toFixed(1)}%`,
    row.encoding,
    row.dataBytes,
    `${((100 * row.dataBytes) / dense).toFixed(1)}%`,
  ]);
  return table(['zeros', 'encoding', 'bytes, biases and factors included', 'of the dense weights'], body);
}

const TABLES = {
  ...(rows.length > 0 && {
    speedups: () => speedups(({ speedup }) => speedup),
    'speedups-double': () => speedups(({ doubleRounding }) => doubleRounding?.speedup),
    plot: () => speedupPlot(named),
    costs: () => costs(named.filter(({ encoding }) => encoding !== 'taps')),
    pruned,
    others,
    taps,
    baseline,
    flash,
  }),
  ...(swept.length > 0 && { sweep }),
  ...(studied.length > 0 && { encodings: () => encodings(studied), ways: () => ways(studied) }),
  ...(onBoards.length > 0 && { boards: () => boards(onBoards) }),
};

const text = readFileSync(page, 'utf8').replace(
  /<!-- table: ([\w-]+) -->[^]*?<!-- end -->/g,
  (found, name) => (TABLES[name] ? `<!-- table: ${name} -->\n\n${TABLES[name]()}\n\n<!-- end -->` : found),
);
writeFileSync(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
