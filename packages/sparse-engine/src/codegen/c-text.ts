/** @file Pieces of C text. Whatever comes from a file passes through here or through the check of names. */
import { dtypeOf, type TypedArray } from '@tinyformer/core';
import { cIdentifier } from '../frontend/names.js';

const LINE_WIDTH = 110;

const C_TYPES = {
  int8: 'int8_t',
  uint8: 'uint8_t',
  int16: 'int16_t',
  uint16: 'uint16_t',
  int32: 'int32_t',
  float32: 'float',
} as const;

export function cType(array: TypedArray): string {
  return C_TYPES[dtypeOf(array)];
}

/**
 * `stem` and `weights` -> `stem_weights`. Parts are single words without underscores and identifiers of layers are
 * unique, so no two symbols of a project are equal, nor is one a name of the runtime's or of model.h.
 */
export function symbol(layer: string, part: string): string {
  return `${cIdentifier(layer)}_${part}`;
}

/** A C string literal: printable ASCII as it is, all other bytes, quotes, backslashes and trigraphs as octal escapes. */
export function cString(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  const escaped = bytes.map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w .,:;+\-()/]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** Numbers as indented lines of an initialiser. */
export function wrapNumbers(values: Iterable<number>): string {
  const lines = wrapWords(
    Array.from(values, (value) => `${value},`),
    { indent: '  ' },
  );
  return lines.join('\n');
}

/** A function call, broken over lines where it is long; for a place that is indented by eight spaces. */
export function wrapCall(name: string, values: readonly string[]): string {
  const words = values.map((value, index) => (index < values.length - 1 ? `${value},` : `${value})`));
  const [first, ...others] = wrapWords([`${name}(${words[0]!}`, ...words.slice(1)], {
    indent: '            ',
  });
  return [first!.trimStart(), ...others].join('\n');
}

function wrapWords(words: readonly string[], { indent }: { readonly indent: string }): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of words) {
    if (line !== indent && line.length + 1 + word.length > LINE_WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** Rows of cells as a table whose columns line up; every line begins with `prefix`. */
export function table(rows: readonly (readonly string[])[], prefix: string): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => prefix + row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
