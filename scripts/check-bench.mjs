/**
 * @file Checks what `tinyformer bench kernels --json FILE` wrote: `node scripts/check-bench.mjs FILE`. Every named layer is
 * there on both cores in both variants, exact in both roundings and compared with CMSIS-NN, and `best` is never slower.
 */
import { readFileSync } from 'node:fs';

const NAMES = [
  'linear-64x128x128',
  'linear-64x384x192',
  'linear-1x384x192',
  'conv3x3-16x16x32x32',
  'depthwise3x3-16x16x96-s1',
  'depthwise3x3-16x16x96-s2',
  'softmax-64x64',
  'conv3x3-32x32x3x16',
  'attention-4x64x16-flat',
  'attention-4x64x16-peaked',
  'attention-4x64x32-flat',
  'attention-4x64x32-peaked',
  'add-8192',
  'avgpool2x2-16x16x96',
];

const { rows } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const faults = [];
const require = (condition, fault) => condition || faults.push(fault);

for (const core of ['m4', 'm7']) {
  for (const name of NAMES) {
    const found = rows.filter((row) => row.core === core && row.name === name);
    const [runTime, best] = ['run-time', 'best'].map((variant) =>
      found.filter((row) => row.variant === variant),
    );
    require(runTime.length > 0 && runTime.length === best.length, `${core}: ${name} is missing`);
    runTime.forEach((row, index) => {
      require(best[index].speedup >=
        row.speedup, `${core}: the best ${name} is slower than the run-time one`);
    });
  }
}
for (const { core, name, variant, exact, doubleRounding, baseline } of rows) {
  const row = `${core}: ${name}, ${variant}`;
  require(exact === true, `${row} is not exact`);
  require(doubleRounding?.exact === true, `${row} is not exact in double rounding`);
  require(baseline !== null || name.startsWith('sweep-'), `${row} is compared with nothing`);
}
faults.forEach((fault) => console.error(fault));
console.log(`${rows.length} rows, ${faults.length} faults`);
process.exitCode = faults.length > 0 || rows.length === 0 ? 1 : 0;
