import { describe, expect, test } from '@jest/globals';
import { fitNonNegative } from './latency/fit-non-negative.js';

describe('A fit without negative coefficients', () => {
  test('finds those that the targets were made of', () => {
    const rows = [
      [1, 2, 0],
      [3, 1, 1],
      [0, 5, 2],
      [4, 4, 9],
    ];
    const targets = rows.map(([a, b, c]) => 2 * a! + 0.5 * b! + 3 * c!);
    const found = fitNonNegative(rows, targets);
    [2, 0.5, 3].forEach((value, index) => expect(found[index]).toBeCloseTo(value, 9));
  });

  test('gives 0 where the best fit would be negative', () => {
    // y = 2x - 1 through the origin: the sum of x y over the sum of x x.
    const found = fitNonNegative(
      [
        [1, 1],
        [2, 1],
        [3, 1],
      ],
      [1, 3, 5],
    );
    expect(found[0]).toBeCloseTo(22 / 14, 9);
    expect(found[1]).toBe(0);
  });

  test('ignores a column of zeros', () => {
    const rows = [
      [0, 2],
      [0, 4],
    ];
    const [unused, used] = fitNonNegative(rows, [6, 12]);
    expect(unused).toBe(0);
    expect(used).toBeCloseTo(3, 9);
  });
});
