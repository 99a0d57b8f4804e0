/** @file What would be published: every package with its licence, page, sources and entry points, and built just before. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PACKAGES } from './architecture/import-rules.js';

const ROOT = join(import.meta.dirname, '..');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

const manifests = PACKAGES.map(
  ({ folder }) =>
    JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8')) as Manifest,
).filter((manifest) => manifest.private !== true);

const packed = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--workspaces'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
) as readonly Packed[] | Readonly<Record<string, Packed>>;

function filesOf(name: string): string[] {
  return Object.values(packed)
    .find((entry) => entry.name === name)!
    .files.map(({ path }) => path);
}

describe.each(manifests)('the package $name', ({ name, scripts, exports = {} }) => {
  const files = filesOf(name);

  it('carries its licence and its page, and nothing that a build, a test or an editor left', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    const junk =
      /(^|\/)(\.|(node_modules|tests?|build|coverage)\/)|\.(test\.[jt]s|tsbuildinfo|tgz|log|o|orig|rej)$/;
    expect(files.filter((path) => junk.test(path))).toEqual([]);
  });

  it('carries the sources of what it exports', () => {
    const sources = Object.values(exports).flatMap((target) =>
      typeof target === 'string' ? [target] : [target['@tinyformer/source']!],
    );
    expect(files).toEqual(expect.arrayContaining(sources.map((path) => path.replace('./', ''))));
  });

  it('is built before it is packed', () => {
    expect(scripts['prepack']).toBe('npm run build');
  });
});
