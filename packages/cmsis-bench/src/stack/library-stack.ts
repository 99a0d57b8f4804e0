/** @file The stack of functions that the compiler says nothing of, from their machine code: every push counts. */

interface LibraryFunction {
  readonly name: string;
  readonly bytes: number;
  readonly callees: readonly string[];
}

const registersIn = (list: string): number =>
  list.split(',').reduce((sum, part) => {
    const [first, last = first] = part
      .split('-')
      .map((name) => NUMBERS[name.trim()] ?? Number(name.trim().slice(1)));
    return sum + last! - first! + 1;
  }, 0);

const NUMBERS: Readonly<Record<string, number>> = { sb: 9, sl: 10, fp: 11, ip: 12, sp: 13, lr: 14, pc: 15 };

/** Bytes by which an instruction lowers the stack pointer. */
function pushedBytes(instruction: string): number {
  const list = /^(?:push|stmdb(?:\.w)?\s+sp!,)[^{]*\{([^}]+)\}/.exec(instruction);
  if (list) return 4 * registersIn(list[1]!);
  const floats = /^vpush\s+\{([sd])(\d+)(?:-[sd](\d+))?\}/.exec(instruction);
  if (floats) {
    const count = Number(floats[3] ?? floats[2]) - Number(floats[2]) + 1;
    return count * (floats[1] === 'd' ? 8 : 4);
  }
  const lowered = /^sub(?:w|\.w|s)?\s+sp,(?:\s*sp,)?\s*#(\d+)|\[sp, #-(\d+)\]!/.exec(instruction);
  return Number(lowered?.[1] ?? lowered?.[2] ?? 0);
}

/** The functions of an `objdump -d`. */
function parseDisassembly(text: string): LibraryFunction[] {
  return text.split(/\n(?=[0-9a-f]{8} <)/).flatMap((section) => {
    const name = /^[0-9a-f]{8} <([^>]+)>:/.exec(section)?.[1];
    if (name === undefined) return [];
    const instructions = section
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t').slice(2).join(' ').trim());
    const callees = instructions.flatMap(
      (line) => /^bl?(?:\.w|\.n)?\s+[0-9a-f]+ <([^>+]+)>$/.exec(line)?.[1] ?? [],
    );
    const bytes = instructions.reduce((sum, line) => sum + pushedBytes(line), 0);
    return [{ name, bytes, callees: callees.filter((callee) => callee !== name) }];
  });
}

/** Bytes of each function's own frame. */
export function ownStack(disassembly: string): ReadonlyMap<string, number> {
  return new Map(parseDisassembly(disassembly).map(({ name, bytes }) => [name, bytes]));
}

/** Bytes of each function with all that it calls; code that calls itself counts once. */
export function libraryStack(disassembly: string): ReadonlyMap<string, number> {
  const functions = new Map(parseDisassembly(disassembly).map((each) => [each.name, each]));
  const bound = (name: string, path: readonly string[]): number => {
    const found = functions.get(name);
    if (found === undefined || path.includes(name)) return 0;
    return found.bytes + Math.max(0, ...found.callees.map((callee) => bound(callee, [...path, name])));
  };
  return new Map([...functions.keys()].map((name) => [name, bound(name, [])]));
}
