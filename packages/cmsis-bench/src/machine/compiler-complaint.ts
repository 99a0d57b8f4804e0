/** @file What to quote of a failed compilation: errors before warnings, and no more than fits a message. */

const LIMIT = 2000;

/** Begins a diagnostic of gcc, clang or ld; lines after it, up to the next, show where. */
const HEAD = /(?:^|\s)(?:fatal error|error|warning|note): |undefined reference to|^\S*ld: |^In file included/;
const IS_ERROR = /(?:^|\s)(?:fatal error|error): |undefined reference to|^\S*ld: |cannot find/;
/** Of ld: what is no error by itself. */
const IS_OTHER = /^\S*ld: (?:warning: |.*: warning: |.*: in function `)/;

const isError = (diagnostic: string): boolean => IS_ERROR.test(diagnostic) && !IS_OTHER.test(diagnostic);

function diagnosticsOf(text: string): string[] {
  const found: string[][] = [];
  for (const line of text.split('\n')) {
    const last = found.at(-1);
    if (last === undefined || HEAD.test(line)) found.push([line]);
    else last.push(line);
  }
  return found.map((lines) => lines.join('\n').trimEnd());
}

/** The compiler's words, errors first, as many as fit. */
export function compilerComplaint(stderr: string): string {
  const diagnostics = diagnosticsOf(stderr);
  const errors = diagnostics.filter(isError);
  const others = diagnostics.filter((text) => !isError(text));
  return [...errors, ...others].join('\n').slice(0, LIMIT).trimEnd();
}
