/** @file Least squares with coefficients that are not negative, for few of them: the best of all subsets. */

/** Solves a x = b by elimination with pivoting; null when a is singular. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] | null {
  const rows = a.map((row, index) => [...row, b[index]!]);
  for (let column = 0; column < rows.length; column++) {
    const candidates = rows.slice(column);
    const pivot = candidates.reduce((best, row) =>
      Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best,
    );
    if (Math.abs(pivot[column]!) < 1e-12) return null;
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const [index, row] of rows.entries()) {
      if (index === column) continue;
      const factor = row[column]! / pivot[column]!;
      rows[index] = row.map((value, at) => value - factor * pivot[at]!);
    }
  }
  return rows.map((row, index) => row.at(-1)! / row[index]!);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);

/** The least-squares fit that uses these columns alone, zero elsewhere; null where there is none without a negative one. */
function fitColumns(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  columns: readonly number[],
): number[] | null {
  const values = columns.map((column) => rows.map((row) => row[column]!));
  const scales = values.map((column) => Math.sqrt(dot(column, column)) || 1);
  const scaled = values.map((column, index) => column.map((value) => value / scales[index]!));
  const solution = solve(
    scaled.map((a) => scaled.map((b) => dot(a, b))),
    scaled.map((a) => dot(a, targets)),
  );
  if (solution === null || solution.some((value) => value < 0)) return null;
  const coefficients = rows[0]!.map(() => 0);
  columns.forEach((column, index) => (coefficients[column] = solution[index]! / scales[index]!));
  return coefficients;
}

/** One coefficient a column of `rows`, each at least 0, that bring the rows closest to the targets. */
export function fitNonNegative(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
): readonly number[] {
  const width = rows[0]!.length;
  let best: readonly number[] = rows[0]!.map(() => 0);
  const errorOf = (coefficients: readonly number[]) =>
    rows.reduce((sum, row, index) => sum + (dot(row, coefficients) - targets[index]!) ** 2, 0);
  for (let subset = 1; subset < 2 ** width; subset++) {
    const columns = Array.from({ length: width }, (_, column) => column).filter(
      (column) => subset & (1 << column),
    );
    const found = fitColumns(rows, targets, columns);
    if (found !== null && errorOf(found) < errorOf(best)) best = found;
  }
  return best;
}
