/** @file A chart of the speed-ups by zeros, as text that Mermaid draws. */

const SHARES = ['0%', '50%', '80%', '90%', '95%'];
const LAYERS = ['conv3x3-16x16x32x32', 'linear-1x384x192', 'linear-64x384x192', 'linear-64x128x128'];

/** Run-time kernels of the Cortex-M4, a line a layer, in the order of LAYERS. */
export function speedupPlot(rows) {
  const lines = LAYERS.map((name) =>
    rows
      .filter((row) => row.name === name && row.core === 'm4' && row.variant === 'run-time')
      .map(({ speedup }) => speedup.toFixed(1)),
  );
  const highest = Math.ceil(Math.max(...lines.flat().map(Number)) / 5) * 5;
  return [
    '```mermaid',
    'xychart-beta',
    '  title "Speed-up over CMSIS-NN, Cortex-M4, run-time kernels"',
    `  x-axis "weights that are zero" [${SHARES.map((share) => `"${share}"`).join(', ')}]`,
    `  y-axis "times faster" 0 --> ${highest}`,
    ...lines.map((values) => `  line [${values.join(', ')}]`),
    '```',
    '',
    `Lines from above at 95%: ${LAYERS.map((name) => `\`${name}\``).join(', ')}.`,
  ].join('\n');
}
