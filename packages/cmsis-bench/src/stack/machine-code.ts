/**
 * @file What a function's machine code says about the stack, from `objdump -d` or `-dr`: for library functions, which come
 * without a call graph, and for functions in assembly, of whose pushes and calls the compiler's call graph knows nothing.
 */

export interface MachineFunction {
  readonly name: string;
  /** All that it pushes, wherever it does. */
  readonly bytes: number;
  readonly callees: readonly string[];
  /** Whether it calls through a register. */
  readonly callsPointer: boolean;
}

const NUMBERS: Readonly<Record<string, number>> = { sb: 9, sl: 10, fp: 11, ip: 12, sp: 13, lr: 14, pc: 15 };

const numberOf = (register: string): number => NUMBERS[register.trim()] ?? Number(register.trim().slice(1));

/** `r4, r6-r8, lr` are 5. */
const registersIn = (list: string): number =>
  list.split(',').reduce((sum, part) => {
    const [first, last = first] = part.split('-');
    return sum + numberOf(last!) - numberOf(first!) + 1;
  }, 0);

/** Bytes by which an instruction lowers the stack pointer. */
function pushedBytes(instruction: string): number {
  const list = /^(?:push(?:\.w)?|stmdb(?:\.w)?\s+sp!,)[^{]*\{([^}]+)\}/.exec(instruction);
  if (list) return 4 * registersIn(list[1]!);
  const floats = /^vpush\s+\{([sd])(\d+)(?:-[sd](\d+))?\}/.exec(instruction);
  if (floats) {
    const count = Number(floats[3] ?? floats[2]) - Number(floats[2]) + 1;
    return count * (floats[1] === 'd' ? 8 : 4);
  }
  const lowered = /^sub(?:w|\.w|s)?\s+sp,(?:\s*sp,)?\s*#(\d+)|\[sp, #-(\d+)\]!/.exec(instruction);
  return Number(lowered?.[1] ?? lowered?.[2] ?? 0);
}

/** Where a branch leads: its relocation where it has one, as it leads nowhere before that is applied. */
function calleeOf(instruction: string, relocation: string | undefined): string | undefined {
  const target = /^bl?(?:\.w|\.n)?\s+[0-9a-f]+ <([^>+]+)>/.exec(instruction)?.[1];
  const relocated = /R_ARM_THM_(?:CALL|JUMP\w+)\s+(?:\.text\.)?([\w.]+)/.exec(relocation ?? '')?.[1];
  return relocated ?? target;
}

/** The functions of a disassembly. */
export function parseMachineCode(text: string): MachineFunction[] {
  return text.split(/\n(?=[0-9a-f]{8} <)/).flatMap((section) => {
    const name = /^[0-9a-f]{8} <([^>]+)>:/m.exec(section)?.[1];
    if (name === undefined) return [];
    const lines = section.split('\n');
    const code = lines.flatMap((line, index) => {
      const columns = line.split('\t');
      if (columns.length < 3 || /R_ARM/.test(line)) return [];
      return [{ instruction: columns.slice(2).join(' ').trim(), relocation: lines[index + 1] }];
    });
    const callees = code.flatMap(({ instruction, relocation }) => calleeOf(instruction, relocation) ?? []);
    return [
      {
        name,
        bytes: code.reduce((sum, { instruction }) => sum + pushedBytes(instruction), 0),
        callees: [...new Set(callees)].filter((callee) => callee !== name),
        callsPointer: code.some(({ instruction }) => /^blx\s+\w+$/.test(instruction)),
      },
    ];
  });
}

/** Bytes of each function with all that it calls; code that calls itself counts once. */
export function libraryStack(disassembly: string): ReadonlyMap<string, number> {
  const functions = new Map(parseMachineCode(disassembly).map((each) => [each.name, each]));
  const bound = (name: string, path: readonly string[]): number => {
    const found = functions.get(name);
    if (found === undefined || path.includes(name)) return 0;
    return found.bytes + Math.max(0, ...found.callees.map((callee) => bound(callee, [...path, name])));
  };
  return new Map([...functions.keys()].map((name) => [name, bound(name, [])]));
}
