/** @file Our ways to run a bench layer: the general kernel, and kernels compiled for this one call, for each encoding. */
import { elementCount } from '@tinyformer/core';
import type { KernelParams, KernelRuntime } from '@tinyformer/mcu-runtime-c';
import { definitionOf, type KernelCall, type Site } from '@tinyformer/sparse-engine';
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

export function kernelCallOf(
  { site, encoding }: Candidate,
  runtime: Pick<KernelRuntime, 'manifest'>,
): KernelCall {
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

/** The call on tensors of its own. */
export function ownProgram(
  {
    call,
    site,
    inputs,
  }: { readonly call: KernelCall; readonly site: Site; readonly inputs: readonly Int8Array[] },
  {
    callee,
    runtime,
  }: { readonly callee: Callee; readonly runtime: Pick<KernelRuntime, 'manifest' | 'scratchBytes'> },
): Program {
  const entry = runtime.manifest.kernels.find(({ name }) => name === call.kernel)!;
  const words = entry.fields.map(({ name }): Operand => call.params[name]!);
  const names = inputs.map((_, index) => `input${index}`);
  return {
    tensors: {
      ...Object.fromEntries(inputs.map((values, index) => [names[index]!, values])),
      output: elementCount(site.output.shape),
      scratch: runtime.scratchBytes(call.kernel, call.params),
    },
    calls: [
      { ...callee, operands: [{ words }, ...[...names, 'output', 'scratch'].map((tensor) => ({ tensor }))] },
    ],
    output: 'output',
  };
}

const bytesOf = (params: KernelParams): number =>
  Object.values(params).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? 0 : value.byteLength),
    0,
  );

/** Ways that need no compilation of their own. */
export function generalWays(
  { candidates, inputs }: BenchLayer,
  runtime: Pick<KernelRuntime, 'manifest' | 'scratchBytes'>,
): Way[] {
  return candidates.map((candidate) => {
    const call = kernelCallOf(candidate, runtime);
    const index = runtime.manifest.kernels.findIndex(({ name }) => name === call.kernel);
    return {
      kind: 'general',
      candidate,
      symbol: call.kernel,
      call,
      program: ownProgram(
        { call, site: candidate.site, inputs },
        { callee: { table: 'kernels', function: index }, runtime },
      ),
      scratchBytes: runtime.scratchBytes(call.kernel, call.params),
      dataBytes: bytesOf(call.params),
    };
  });
}
