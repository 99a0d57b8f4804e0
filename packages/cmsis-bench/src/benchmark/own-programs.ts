/** @file Our ways to run a bench layer: the general kernel, and kernels compiled for this one call, for each encoding. */
import { elementCount, type Board } from '@tinyformer/core';
import type { KernelParams, KernelRuntime } from '@tinyformer/mcu-runtime-c';
import {
  definitionOf,
  generateCall,
  loopLimit,
  specializeCall,
  type CallText,
  type KernelCall,
  type Site,
} from '@tinyformer/sparse-engine';
import type { SpecialisedKernel } from '../firmware/layer-firmware.js';
import { hashParts } from '../machine/build-cache.js';
import type { Operand, Program, ProgramCall } from '../workload/program.js';
import type { BenchLayer, Candidate } from './layer.js';

/** What of the C is known when it is compiled: nothing, the shapes, or shapes and weights. */
export type WayKind = 'general' | 'specialised' | 'generated';

export interface Way {
  readonly kind: WayKind;
  readonly candidate: Candidate;
  /** The function that runs, which is the kernel's or the specialised one's name. */
  readonly symbol: string;
  readonly call: KernelCall;
  readonly program: Program;
  readonly scratchBytes: number;
  /** Constants of the call: encoded weights, biases, factors, tables. */
  readonly dataBytes: number;
}

function kernelCallOf({ site, encoding }: Candidate, runtime: Pick<KernelRuntime, 'manifest'>): KernelCall {
  const definition = definitionOf(site.node);
  const kernel = definition.kernel(encoding);
  const entry = runtime.manifest.kernels.find(({ name }) => name === kernel)!;
  const params = { ...definition.geometry(site, encoding), ...definition.constants(site, encoding) };
  return { kernel, struct: entry.struct, params: params as KernelParams };
}

interface Callee {
  readonly table: ProgramCall['table'];
  readonly function: number;
}

interface OwnCall {
  readonly call: KernelCall;
  readonly site: Site;
  readonly inputs: readonly Int8Array[];
  readonly scratchBytes: number;
}

/** The call on tensors of its own. */
function ownProgram(
  { call, site, inputs, scratchBytes }: OwnCall,
  { callee, runtime }: { readonly callee: Callee; readonly runtime: Pick<KernelRuntime, 'manifest'> },
): Program {
  const entry = runtime.manifest.kernels.find(({ name }) => name === call.kernel)!;
  const words = entry.fields.map(({ name }): Operand => call.params[name]!);
  const names = inputs.map((_, index) => `input${index}`);
  const operands = [{ words }, ...[...names, 'output', 'scratch'].map((tensor) => ({ tensor }))];
  return {
    tensors: {
      ...Object.fromEntries(inputs.map((values, index) => [names[index]!, values])),
      output: elementCount(site.output.shape),
      scratch: scratchBytes,
    },
    calls: [{ ...callee, operands }],
    output: 'output',
  };
}

const bytesOf = (params: KernelParams): number =>
  Object.values(params).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? 0 : value.byteLength),
    0,
  );

type CallRuntime = Pick<KernelRuntime, 'manifest' | 'scratchBytes' | 'rounding'>;

interface WayDraft {
  readonly kind: WayKind;
  readonly symbol: string;
  readonly callee: Callee;
  /** In place of what the kernel asks for. */
  readonly scratchBytes?: number;
}

function wayOf(
  candidate: Candidate,
  { kind, symbol, callee, scratchBytes }: WayDraft,
  { inputs, runtime }: { readonly inputs: readonly Int8Array[]; readonly runtime: CallRuntime },
): Way {
  const call = kernelCallOf(candidate, runtime);
  const scratch = scratchBytes ?? runtime.scratchBytes(call.kernel, call.params);
  return {
    ...{ kind, candidate, symbol, call },
    program: ownProgram({ call, site: candidate.site, inputs, scratchBytes: scratch }, { callee, runtime }),
    scratchBytes: scratch,
    dataBytes: bytesOf(call.params),
  };
}

/** Kernels compiled for one call each, and for a board; by their place in the firmware's table; equal texts are one. */
export class SpecialisedKernels {
  readonly list: SpecialisedKernel[] = [];
  readonly #limit: readonly string[];
  /** About what the generated ones take; what is only specialised is small. */
  generatedBytes = 0;

  constructor(board: Board | null) {
    this.#limit = loopLimit(board);
  }

  /** What `write` gives, and the callee that it is; null where nothing can be compiled in. */
  add<T extends CallText>(write: (symbol: string) => T | null): { text: T; callee: Callee } | null {
    const draft = write('tfb_call');
    if (draft === null) return null;
    // Named by its content, so that a compiled file is found again whatever else the bench runs.
    const symbol = `tfb_call_${hashParts([...this.#limit, draft.text]).slice(0, 16)}`;
    const text = write(symbol)!;
    let index = this.list.findIndex((kernel) => kernel.symbol === symbol);
    if (index < 0) index = this.list.push(whole(text, this.#limit)) - 1;
    return { text, callee: { table: 'specialised', function: index } };
  }
}

function whole({ symbol, prototype, text }: CallText, limit: readonly string[]): SpecialisedKernel {
  const includes = ['#include <stddef.h>', '', '#include "tfr/tfr_kernels.h"', ''];
  const head = [...limit, ...includes, `${prototype};`, ''];
  return { symbol, text: `${head.join('\n')}\n${text}` };
}

/** What can be compiled for this one call: its shape, and where that is worth its flash its weights. */
function compiledWays(call: KernelCall, specialised: SpecialisedKernels): WayDraft[] {
  const fixed = specialised.add((symbol) => specializeCall(call, { symbol }));
  const generated = specialised.add((symbol) => generateCall(call, { symbol }));
  specialised.generatedBytes += generated?.text.codeBytes ?? 0;
  const drafts: (WayDraft | null)[] = [
    fixed && { kind: 'specialised', symbol: fixed.text.symbol, callee: fixed.callee },
    generated && {
      kind: 'generated',
      symbol: generated.text.symbol,
      callee: generated.callee,
      scratchBytes: generated.text.scratchBytes,
    },
  ];
  return drafts.filter((draft) => draft !== null);
}

/** Every way to run the layer: for each encoding the general kernel and what can be compiled for this call. */
export function ownWays(
  { candidates, inputs }: BenchLayer,
  { runtime, specialised }: { readonly runtime: CallRuntime; readonly specialised: SpecialisedKernels },
): Way[] {
  return candidates.flatMap((candidate) => {
    const call = kernelCallOf(candidate, runtime);
    const index = runtime.manifest.kernels.findIndex(({ name }) => name === call.kernel);
    const general: WayDraft = {
      kind: 'general',
      symbol: call.kernel,
      callee: { table: 'kernels', function: index },
    };
    const drafts = [general, ...compiledWays(call, specialised)];
    return drafts.map((draft) => wayOf(candidate, draft, { inputs, runtime }));
  });
}
