/** @file Cells of the measured tables. */

export const ratio = (value) => (value == null ? '-' : value.toFixed(2));

export const thousands = (count) => `${(count / 1000).toFixed(count < 1e5 ? 1 : 0)}`;

/** One number, or the bounds where an estimate has two. */
export const range = ({ cycles, cyclesHigh }) => {
  const [low, high] = [thousands(cycles), thousands(cyclesHigh)];
  return low === high ? low : `${low} to ${high}`;
};

export const table = (head, body) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
