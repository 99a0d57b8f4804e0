/** @file What no file of the repository may say: paths of one machine, unseeded randomness, programs started by a shell. */
import type { SourceFile } from './source-file.js';

interface TextRule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly where: RegExp;
}

const SOURCES = /^packages\/[^/]+\/src(-ts)?\/.*\.ts$/;
const ANY_CODE = /\.(ts|mjs)$/;
// Spelt so that this file does not break its own rule.
const MACHINE_FOLDERS = ['work', 'farm', 'root', 'tmp'].join('|');

const TEXT_RULES: readonly TextRule[] = [
  {
    what: 'a path of one machine',
    pattern: new RegExp(`(^|[^\\w.])/(${MACHINE_FOLDERS})/`, 'm'),
    where: /./,
  },
  { what: 'unseeded randomness', pattern: /\bMath\s*\.\s*random\b/, where: SOURCES },
  {
    what: 'a program started through a shell',
    pattern: /(?<![.\w])exec(Sync)?\(|shell:\s*true/,
    where: SOURCES,
  },
  { what: 'an unchecked type', pattern: /\bas any\b|@ts-ignore|@ts-nocheck/, where: ANY_CODE },
  {
    what: 'a test that does not run',
    pattern: /\b(it|test|describe)\.(skip|only|todo)(\.each)?\(/,
    where: ANY_CODE,
  },
];

export function textViolations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !path.startsWith('scripts/architecture'))
    .flatMap(({ path, text }) =>
      TEXT_RULES.filter(({ pattern, where }) => where.test(path) && pattern.test(text)).map(
        ({ what }) => `${path} has ${what}`,
      ),
    );
}
