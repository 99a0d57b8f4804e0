/**
 * @file Who may import whom: the table of docs/architecture.md as data. A rule takes files and returns its violations as
 * sentences; no violation, no sentence.
 */
import { posix } from 'node:path';
import { importsOf, type SourceFile } from './source-file.js';

export interface PackageRule {
  readonly folder: string;
  readonly name: string;
  /** Outside packages (by name or scope) and sibling packages that its sources may import. */
  readonly mayImport: readonly string[];
  /** Files, from `src`, that may import `node:*`; `all` for every one. */
  readonly nodeModules: 'all' | readonly RegExp[];
}

const OURS = '@tinyformer';
const TFJS = ['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'];

export const PACKAGES: readonly PackageRule[] = [
  { folder: 'core', name: `${OURS}/core`, mayImport: ['ndarray'], nodeModules: [] },
  {
    folder: 'mcu-runtime-c',
    name: `${OURS}/mcu-runtime-c`,
    mayImport: ['@emnapi/core', '@emnapi/runtime'],
    nodeModules: 'all',
  },
  {
    folder: 'sparse-engine',
    name: `${OURS}/sparse-engine`,
    mayImport: [`${OURS}/core`, `${OURS}/mcu-runtime-c`, 'ndarray', 'zod'],
    nodeModules: [/write-project\.ts$/],
  },
  {
    folder: 'tfjs-wasm-training',
    name: `${OURS}/tfjs-wasm-training`,
    mayImport: TFJS,
    nodeModules: 'all',
  },
  {
    folder: 'supernas',
    name: `${OURS}/supernas`,
    mayImport: [`${OURS}/core`, `${OURS}/tfjs-wasm-training`, 'ndarray', 'zod', ...TFJS],
    nodeModules: 'all',
  },
  {
    folder: 'sparsenas',
    name: `${OURS}/sparsenas`,
    mayImport: [
      ...['core', 'supernas', 'sparse-engine', 'tfjs-wasm-training'].map((name) => `${OURS}/${name}`),
      'ndarray',
      'zod',
      ...TFJS,
    ],
    nodeModules: 'all',
  },
  {
    folder: 'cmsis-bench',
    name: `${OURS}/cmsis-bench`,
    mayImport: [`${OURS}/core`, `${OURS}/sparse-engine`, `${OURS}/mcu-runtime-c`],
    nodeModules: 'all',
  },
  {
    folder: 'cli',
    name: 'tinyformer',
    mayImport: [
      ...[
        'core',
        'mcu-runtime-c',
        'sparse-engine',
        'tfjs-wasm-training',
        'supernas',
        'sparsenas',
        'cmsis-bench',
      ].map((name) => `${OURS}/${name}`),
      ...TFJS,
      'commander',
      'cli-progress',
      'cli-table3',
      'zod',
    ],
    nodeModules: 'all',
  },
  {
    folder: 'test-kit',
    name: `${OURS}/test-kit`,
    mayImport: [`${OURS}/core`, 'fast-check'],
    nodeModules: [],
  },
];

const isOurs = (name: string): boolean => name.startsWith(`${OURS}/`) || name === 'tinyformer';

/** `@scope/name/deep` -> `@scope/name`; `name/deep` -> `name` */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

interface Placed {
  readonly file: SourceFile;
  readonly rule: PackageRule;
  /** From the package's folder: `src/ops/linear.ts`. */
  readonly inner: string;
}

function place(files: readonly SourceFile[]): Placed[] {
  return files.flatMap((file) => {
    const match = /^packages\/([^/]+)\/(.+\.m?ts)$/.exec(file.path);
    const rule = PACKAGES.find(({ folder }) => folder === match?.[1]);
    return match && rule ? [{ file, rule, inner: match[2]! }] : [];
  });
}

const isSource = ({ inner }: Placed): boolean => /^src(-ts)?\//.test(inner);

/** Sources import what the table allows; tests may add jest, fast-check and the test kit, but no package's insides. */
export function importTableViolations(files: readonly SourceFile[]): string[] {
  return place(files)
    .filter(isSource)
    .flatMap(({ file, rule, inner }) =>
      importsOf(file)
        .filter((specifier) => !specifier.startsWith('.'))
        .filter((specifier) =>
          specifier.startsWith('node:')
            ? rule.nodeModules !== 'all' && !rule.nodeModules.some((allowed) => allowed.test(inner))
            : !rule.mayImport.includes(packageOf(specifier)),
        )
        .map((specifier) => `${file.path} may not import ${specifier}`),
    );
}

/** Packages meet at their `exports`: no path into another package, by name or by `../`. */
export function deepImportViolations(files: readonly SourceFile[]): string[] {
  const exported = new Set(files.flatMap(exportsOf));
  return place(files).flatMap(({ file, inner }) =>
    importsOf(file)
      .filter((specifier) =>
        specifier.startsWith('.')
          ? posix.join(posix.dirname(inner), specifier).startsWith('..')
          : isOurs(packageOf(specifier)) && specifier !== packageOf(specifier) && !exported.has(specifier),
      )
      .map((specifier) => `${file.path} reaches into another package: ${specifier}`),
  );
}

/** The specifiers that a package.json exports, such as `@tinyformer/sparse-engine/testing`. */
function exportsOf({ path, text }: SourceFile): string[] {
  if (!path.endsWith('package.json')) return [];
  const { name, exports = {} } = JSON.parse(text) as { name: string; exports?: Record<string, unknown> };
  return Object.keys(exports).map((key) => `${name}${key.slice(1)}`);
}

/** The stage of a file: its folder below `src`, or the file itself where it lies directly in `src`. */
const stageOf = (inner: string): string => inner.split('/').slice(0, 2).join('/');

/** Inside a package folders are stages, and a stage imports earlier ones only: no cycle, and nobody imports the index. */
export function stageCycleViolations(files: readonly SourceFile[]): string[] {
  const sources = place(files).filter(isSource);
  return PACKAGES.flatMap(({ folder }) => {
    const edges = new Map<string, Set<string>>();
    for (const { file, inner, rule } of sources) {
      if (rule.folder !== folder) continue;
      for (const specifier of importsOf(file).filter((name) => name.startsWith('.'))) {
        const target = stageOf(posix.join(posix.dirname(inner), specifier.replace(/\.js$/, '.ts')));
        if (target === stageOf(inner)) continue;
        edges.set(stageOf(inner), (edges.get(stageOf(inner)) ?? new Set()).add(target));
      }
    }
    return findCycles(edges).map((cycle) => `packages/${folder}: stages in a circle: ${cycle.join(' -> ')}`);
  });
}

/** One cycle for every edge that closes one in a depth-first walk. */
export function findCycles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (node: string, trail: readonly string[]): void => {
    const begin = trail.indexOf(node);
    if (begin >= 0) cycles.push([...trail.slice(begin), node]);
    if (begin >= 0 || done.has(node)) return;
    for (const next of edges.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return cycles;
}

/** Every package that a source imports is declared by its own package.json, not found by luck in the workspace. */
export function undeclaredViolations(files: readonly SourceFile[]): string[] {
  return place(files)
    .filter(isSource)
    .flatMap(({ file, rule }) => {
      const manifest = files.find(({ path }) => path === `packages/${rule.folder}/package.json`);
      const { dependencies, peerDependencies } = JSON.parse(manifest?.text ?? '{}') as Record<string, object>;
      const declared = Object.keys({ ...dependencies, ...peerDependencies });
      return importsOf(file)
        .filter((specifier) => !/^(\.|node:)/.test(specifier) && !declared.includes(packageOf(specifier)))
        .map((specifier) => `${file.path} imports ${specifier}, which package.json does not declare`);
    });
}
