/** @file What README.md promises: its lines are those of the example that runs, and its links lead somewhere. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const nonBlank = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

describe('README.md', () => {
  const readme = read('README.md');
  const snippet = nonBlank(/```ts\n([\s\S]*?)```/.exec(readme)![1]!);

  it('shows twelve lines of TypeScript', () => {
    expect(snippet).toHaveLength(12);
  });

  it('shows the lines of the example that runs', () => {
    const [, example] = read('examples/shapes-to-firmware/main.ts').split(
      '// From here on it is README.md, line by line.\n',
    );
    const withoutSmoke = example!.replaceAll(/(, )?(\.\.\.)?smoke\.\w+/g, '');
    expect(nonBlank(withoutSmoke)).toEqual(snippet);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run (\w+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(['README.md', 'docs/README.md'])('links to files that exist: %s', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target!);
    expect(targets.length).toBeGreaterThan(3);
    expect(targets.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });
});
