/** @file What a compiled file says about the stack: gcc's call graph (`-fcallgraph-info=su`) and whose address is taken. */
import { TinyFormerError } from '@tinyformer/core';
import type { MachineFunction } from './machine-code.js';

export interface CompiledFunction {
  readonly name: string;
  /** Of its own frame. */
  readonly bytes: number;
  readonly callees: readonly string[];
  /** Whether it calls through a pointer. */
  readonly callsPointer: boolean;
}

export interface CompiledFile {
  readonly functions: readonly CompiledFunction[];
  /** Functions that its data or code hold a pointer to. */
  readonly addressed: readonly string[];
  /** What it calls that the compiler itself put there, such as divisions, and whatever else is defined elsewhere. */
  readonly undefined: readonly string[];
}

const INDIRECT = '__indirect_call';

/** The text of a `.ci` file; static functions are titled `file.c:name`. @throws E_STACK for a frame without a bound */
export function parseCallGraph(text: string): CompiledFunction[] {
  const nodes = [...text.matchAll(/^node: \{ title: "([^"]+)" label: "[^"]*?(\d+) bytes \(([^)]+)\)/gm)];
  const edges = [...text.matchAll(/^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"/gm)];
  return nodes.map(([, title, bytes, kind]) => {
    if (kind !== 'static' && kind !== 'dynamic,bounded') {
      throw new TinyFormerError('E_STACK', `the frame of ${title!} has no bound: it is ${kind!}`, {
        details: { title: title! },
      });
    }
    const targets = edges.filter(([, source]) => source === title).map(([, , target]) => plainName(target!));
    return {
      name: plainName(title!),
      bytes: Number(bytes),
      callees: [...new Set(targets.filter((target) => target !== INDIRECT))],
      callsPointer: targets.includes(INDIRECT),
    };
  });
}

/** The functions with what their machine code does beyond: pushes and calls in assembly are in no call graph. */
export function withMachineCode(
  functions: readonly CompiledFunction[],
  machineCode: readonly MachineFunction[],
): CompiledFunction[] {
  return functions.map((each) => {
    const code = machineCode.find(({ name }) => name === each.name);
    if (code === undefined) return each;
    return {
      name: each.name,
      bytes: Math.max(each.bytes, code.bytes),
      callees: [...new Set([...each.callees, ...code.callees])],
      callsPointer: each.callsPointer || code.callsPointer,
    };
  });
}

const plainName = (title: string): string => title.slice(title.lastIndexOf(':') + 1);

/** From `objdump -r`: symbols behind absolute relocations. With -ffunction-sections a static function is its section. */
export function parseAddressed(text: string): string[] {
  const names = [...text.matchAll(/R_ARM_(?:ABS32|(?:THM_)?MOVW_ABS_NC)\s+(?:\.text\.)?([\w.]+)/g)];
  return [...new Set(names.map(([, name]) => name!))];
}

/** From `nm -u`. */
export function parseUndefined(text: string): string[] {
  return [...text.matchAll(/^\s+U (\w+)$/gm)].map(([, name]) => name!);
}
