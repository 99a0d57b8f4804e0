/** @file Names from a file become C identifiers, so they are checked before anything else looks at them. */
import { INPUT, TinyFormerError } from '@tinyformer/core';

/** Words joined by dots or underscores, such as `stage1.block0.expand`. */
const NAME = /^[a-z][a-z0-9]*([._][a-z0-9]+)*$/i;
const MAX_LENGTH = 64;

const C_KEYWORDS = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long ' +
    'register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while ' +
    'alignas alignof bool complex constexpr false imaginary noreturn nullptr thread_local true typeof asm main'
  ).split(' '),
);

/** `stage1.block0.expand` -> `stage1_block0_expand` */
export function cIdentifier(name: string): string {
  return name.replaceAll('.', '_');
}

/** @throws E_NAME when the name is no dotted C identifier of at most 64 characters, or is a C keyword. */
export function checkName(name: string, what: string): void {
  const shown = JSON.stringify(name.slice(0, MAX_LENGTH));
  if (name.length > MAX_LENGTH || !NAME.test(name)) {
    throw new TinyFormerError('E_NAME', `${what} has the name ${shown}, which cannot become a C identifier`, {
      hint: `use at most ${MAX_LENGTH} letters, digits, single dots or underscores, a letter first`,
      details: { name },
    });
  }
  if (!C_KEYWORDS.has(cIdentifier(name))) return;
  throw new TinyFormerError('E_NAME', `${what} has the name ${shown}, a keyword of C`, {
    hint: 'choose another name',
    details: { name },
  });
}

/** @throws E_NAME when two names would be one C identifier (`a.b` and `a_b`), or one is the name of the input. */
export function checkNames(names: readonly string[], what: string): void {
  const owners = new Map<string, string>([[INPUT, INPUT]]);
  for (const name of names) {
    checkName(name, what);
    const identifier = cIdentifier(name);
    const owner = owners.get(identifier);
    if (owner !== undefined) {
      throw new TinyFormerError('E_NAME', `${what} "${name}" has the same C identifier as "${owner}"`, {
        hint: 'names must differ after dots have become underscores',
        details: { name, identifier },
      });
    }
    owners.set(identifier, name);
  }
}
