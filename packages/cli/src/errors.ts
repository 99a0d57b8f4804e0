/** @file What a person sees of an error: one line with its code and remedy; the stack only on request. */

/** `E_CODE: what is wrong. What to do`, on one line. */
export function describeError(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  const line = String(message).split('\n')[0]!.trim();
  return /^E_[A-Z0-9_]+: /.test(line)
    ? ended(line)
    : `${ended(`E_INTERNAL: ${line}`)} This is a defect of tinyformer: please report it with the output of --debug.`;
}

/** `E_USAGE: what is wrong. Add --help for the options.`, from what the parser of the command line says. */
export function describeUsageError({ message }: Error): string {
  const line = message
    .replace(/^error: /, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/ \((.*)\)$/, '. $1');
  return `${ended(`E_USAGE: ${line}`)} Add --help for the options.`;
}

function ended(line: string): string {
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
