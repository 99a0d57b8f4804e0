/**
 * @file Makes a fresh clone ready: npm packages, system packages where that is allowed, build. Every step is skipped when
 * its result is already there, so that `npm test` and `npm run demo` can begin with it. Plain Node without dependencies.
 * TINYFORMER_SETUP=skip-system leaves the system's packages alone.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAMP = join(ROOT, 'node_modules', '.tinyformer-setup');
const OLDEST_NODE = [20, 11];
const APT_LOCK_SECONDS = 120;

const say = (line) => console.log(`setup: ${line}`);

function fail(line) {
  console.error(`setup: ${line}`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(
    `E_NODE: this is Node ${process.versions.node}, at least ${OLDEST_NODE.join('.')} is needed. Install a newer one from nodejs.org.`,
  );
}

function timed(what, work) {
  say(`${what} ...`);
  const begin = Date.now();
  const result = work();
  say(`${what}: done in ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  return result;
}

/** Runs a program in the repository; never through a shell. */
function run(command, args, { env = {}, quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  return { ok: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

/** The stamp holds the lock file's hash and is written last: an interrupted installation is made again. */
function installNpmPackages() {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash) return;
  // Nothing here needs an install script: compilers and bundlers come as ready platform packages.
  const { ok } = timed('installing npm packages', () => run('npm', ['ci', '--ignore-scripts']));
  if (!ok)
    fail('E_NPM: `npm ci` failed, see above. Check the network and the npm registry, then run this again.');
  writeFileSync(STAMP, lockHash);
}

function readTools() {
  return JSON.parse(readFileSync(join(ROOT, 'packages', 'cli', 'system-tools.json'), 'utf8'));
}

function isPresent({ probe: [command, ...args], expect = '' }) {
  const { ok, output } = run(command, args, { quiet: true });
  return ok && new RegExp(expect).test(output);
}

/** How apt-get may be called here, or null where it may not. */
function aptGet() {
  if (!run('apt-get', ['--version'], { quiet: true }).ok) return null;
  if (process.getuid?.() === 0) return ['apt-get'];
  return run('sudo', ['-n', 'true'], { quiet: true }).ok ? ['sudo', '-n', 'apt-get'] : null;
}

function installSystemPackages() {
  const missing = readTools().filter((tool) => !isPresent(tool));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tool.package))];
  const apt = process.env.TINYFORMER_SETUP === 'skip-system' ? null : aptGet();
  if (apt) timed(`installing ${packages.join(' ')}`, () => installWithApt(apt, packages));
  reportMissing(missing.filter((tool) => !isPresent(tool)));
}

function installWithApt([command, ...prefix], packages) {
  const options = ['-qq', '-o', `DPkg::Lock::Timeout=${APT_LOCK_SECONDS}`, '-o', 'Dpkg::Use-Pty=0'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...step) => {
    const { ok, output } = run(command, [...prefix, ...options, ...step], { env, quiet: true });
    if (!ok) say(`apt-get ${step.join(' ')} failed:\n${output.trim().split('\n').slice(-8).join('\n')}`);
    return ok;
  };
  const install = (...names) => apt('install', '--yes', '--no-install-recommends', ...names);
  apt('update');
  // Where one name is unknown to a distribution, the others are still wanted.
  if (!install(...packages) && packages.length > 1) packages.forEach((name) => install(name));
}

/** One message: what is missing, what that costs, how to mend it. Everything else goes on. */
function reportMissing(missing) {
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  const lines = missing.map((tool) => `  ${tool.name}: ${tool.without}`);
  say(
    `these tools are missing, the rest works without them:\n${lines.join('\n')}\n  To add them: sudo apt-get install --no-install-recommends ${packages}`,
  );
}

/** What was built without a compiler is built again once there is one: the tools found are part of turbo's key. */
function build() {
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo');
  const env = {
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    TINYFORMER_TOOLS: readTools()
      .filter(isPresent)
      .map(({ name }) => name)
      .join(', '),
  };
  const args = [turbo, 'run', 'build', '--output-logs=errors-only'];
  const { ok } = timed('building', () => run(process.execPath, args, { env }));
  if (!ok) fail('E_BUILD: the build failed, see above.');
}

checkNode();
installNpmPackages();
installSystemPackages();
build();
