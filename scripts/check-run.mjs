/**
 * @file Checks a finished run's folder against what a run promises, one plain line a check; with a second folder also that
 * both hold the same bytes. Exits with 1 when a check fails. Usage: node scripts/check-run.mjs FOLDER [SAME-AS]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const MAY_DIFFER = new Set(['timings.json']);
const INSTRUCTION_TOLERANCE = 0.02; // calls of the layer hook lie outside of the layers

const [folder, sameAs] = process.argv.slice(2);
const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
const timings = JSON.parse(readFileSync(join(folder, 'timings.json'), 'utf8'));
const machineNames = ['typescript', 'wasm', 'native', 'cortex-m4', 'cortex-m7'];
const machine = (name) => report.machines.find((candidate) => candidate.name === name);
const isShare = (value) => typeof value === 'number' && value >= 0 && value <= 1;

let failed = 0;
function check(what, holds) {
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
  if (!holds) failed += 1;
}

check('report.json has a format version, a seed and an engine', report.formatVersion === 1 && report.engine);
check('accuracies are shares', isShare(report.accuracy.float) && isShare(report.accuracy.int8));
check('the linear baseline is a share', isShare(report.linearBaselineAccuracy));
check('at most half of the weights are kept', report.density > 0 && report.density <= 0.5);
check('the memory plan is no smaller than its bound', report.sramBytes >= report.sramLowerBoundBytes);
check('every machine is named', machineNames.every(machine));
check(
  'no machine differs from the reference',
  report.machines.every(({ exact }) => exact !== false),
);
check(
  'WebAssembly is exact on every test image',
  machine('wasm').exact && machine('wasm').samples === report.dataset.test,
);
for (const [name, short] of [
  ['cortex-m4', 'm4'],
  ['cortex-m7', 'm7'],
]) {
  const { exact, samples, instructions } = machine(name);
  if (exact === null) {
    console.log(`not run: ${name}`);
    continue;
  }
  check(`${name} is exact on at least 16 images`, exact && samples >= 16);
  const sum = report.layers.reduce((total, layer) => total + layer.instructions[short], 0);
  check(`${name}: the layers add up`, Math.abs(sum / instructions - 1) <= INSTRUCTION_TOLERANCE);
}
check(
  'the flash of the layers adds up',
  report.flashBytes === report.layers.reduce((sum, { flashBytes }) => sum + flashBytes, 0),
);
check('timings.json has seconds and stages', timings.seconds > 0 && Object.keys(timings.stages).length > 5);
check('there is a C project', existsSync(join(folder, 'firmware', 'CMakeLists.txt')));
if (sameAs !== undefined) checkSameBytes();
process.exit(failed > 0 ? 1 : 0);

function checkSameBytes() {
  const [names, others] = [filesUnder(folder), filesUnder(sameAs)];
  check(`${folder} and ${sameAs} hold the same files`, names.join() === others.join());
  const different = names.filter(
    (name) =>
      !MAY_DIFFER.has(name) && !readFileSync(join(folder, name)).equals(readFileSync(join(sameAs, name))),
  );
  check(`${names.length} files hold the same bytes ${different.join(' ')}`, different.length === 0);
}

function filesUnder(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}
