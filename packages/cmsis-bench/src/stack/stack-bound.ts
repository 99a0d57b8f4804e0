/** @file The deepest path of a call graph. A graph in which a function can reach itself has none, and is refused. */
import { TinyFormerError } from '@tinyformer/core';
import type { CompiledFile, CompiledFunction } from './call-graph.js';

export interface Program {
  readonly files: readonly CompiledFile[];
  /** Of functions that no file defines. */
  readonly library: ReadonlyMap<string, number>;
}

interface Located {
  readonly file: CompiledFile;
  readonly definition: CompiledFunction;
}

/** A name as a file sees it: its own function of that name first, as statics may share names across files. */
function find({ files }: Program, name: string, from?: CompiledFile): Located | null {
  for (const file of from === undefined ? files : [from, ...files]) {
    const definition = file.functions.find((candidate) => candidate.name === name);
    if (definition) return { file, definition };
  }
  return null;
}

/** Everything that `root` may call through a pointer: functions that the files on its direct paths hold addresses of. */
function pointerTargets(program: Program, root: Located): readonly Located[] {
  const seen = new Set<CompiledFunction>();
  const targets = new Map<CompiledFunction, Located>();
  const pending: Located[] = [root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at.definition)) continue;
    seen.add(at.definition);
    const { file } = at;
    const addressed = file.addressed.flatMap((name) => find(program, name, file) ?? []);
    addressed.forEach((target) => targets.set(target.definition, target));
    pending.push(...addressed, ...at.definition.callees.flatMap((name) => find(program, name, file) ?? []));
  }
  return [...targets.values()];
}

/**
 * Bytes of stack of a function with everything that it may call.
 * @throws E_STACK when it is not there, calls what is not there, or can reach itself.
 */
export function stackBound(program: Program, symbol: string): number {
  const root = find(program, symbol);
  if (root === null) throw stackError(symbol, 'it is not defined');
  const targets = pointerTargets(program, root);
  const libraryBytes = (file: CompiledFile): number =>
    Math.max(0, ...file.undefined.map((name) => program.library.get(name) ?? 0));
  const deepest = ({ file, definition }: Located, path: readonly CompiledFunction[]): number => {
    if (path.includes(definition)) throw stackError(symbol, `${definition.name} can reach itself`);
    const next = [...path, definition];
    const direct = definition.callees.map((name) => {
      const callee = find(program, name, file);
      if (callee !== null) return deepest(callee, next);
      const bytes = program.library.get(name);
      if (bytes === undefined) throw stackError(symbol, `${name}, which it calls, is not defined`);
      return bytes;
    });
    const indirect = definition.callsPointer ? targets.map((target) => deepest(target, next)) : [];
    // Divisions and the like are called by code that the compiler makes after its call graph.
    return definition.bytes + Math.max(libraryBytes(file), ...direct, ...indirect);
  };
  return deepest(root, []);
}

const stackError = (symbol: string, fault: string): TinyFormerError =>
  new TinyFormerError('E_STACK', `the stack of ${symbol} has no bound: ${fault}`, { details: { symbol } });
