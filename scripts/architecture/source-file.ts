/** @file The repository's own files as plain data, so that the rules can be tried on made-up ones as well. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** From the repository's root, with forward slashes: `packages/core/src/index.ts`. */
  readonly path: string;
  readonly text: string;
}

const NOT_OURS = new Set(['node_modules', 'dist', 'build', 'runs', 'coverage', '.git', '.turbo', '.cache']);
const TEXT_FILE = /\.(ts|mjs|js|json|md|c|h|def|S|ld|yml|txt|sh)$|^\.ci\/run$/;

/** Every text file that people wrote here. */
export function readSourceFiles(root: string, folder = root): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return readSourceFiles(root, path);
      const name = relative(root, path).split(sep).join('/');
      const isText = TEXT_FILE.test(name) && name !== 'package-lock.json';
      return isText ? [{ path: name, text: readFileSync(path, 'utf8') }] : [];
    });
}

/** What a TypeScript or JavaScript file imports: static, dynamic, re-exported and in types. */
export function importsOf(file: SourceFile): string[] {
  return ts.preProcessFile(file.text, true, true).importedFiles.map(({ fileName }) => fileName);
}
