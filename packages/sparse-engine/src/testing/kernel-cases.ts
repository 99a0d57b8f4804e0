/** @file Kernel calls on random tensors with the outputs that the references give: what every runtime must reproduce. */
import { elementCount, type Rng, type Rounding } from '@tinyformer/core';
import type { KernelParams, KernelRequest } from '@tinyformer/mcu-runtime-c';
import { OPS } from '../ops/index.js';
import { RANDOM_SITES, randomBytes } from './random-site.js';

export interface KernelCase {
  readonly request: KernelRequest;
  /** The output that the reference computes. */
  readonly expected: Int8Array;
  readonly rounding: Rounding;
}

export interface KernelCaseOptions {
  readonly rounding?: Rounding;
}

/** Kernels that cases are made for: all that exist. */
export const CASE_KERNELS: readonly string[] = Object.keys(RANDOM_SITES);

/** One random call of a kernel of {@link CASE_KERNELS}. Where no block fits the drawn sizes, the dense sibling is called. */
export function kernelCase(
  rng: Rng,
  kernel: string,
  { rounding = 'single' }: KernelCaseOptions = {},
): KernelCase {
  const { site, encoding } = RANDOM_SITES[kernel]!(rng);
  const definition = OPS[site.node.op]!;
  const inputs = site.inputs.map(({ shape }) => randomBytes(rng, elementCount(shape)));
  const expected = new Int8Array(elementCount(site.output.shape));
  definition.reference(site, { inputs, output: expected, rounding });
  const params = { ...definition.geometry(site, encoding), ...definition.constants(site, encoding) };
  const request: KernelRequest = {
    kernel: definition.kernel(encoding),
    params: params as KernelParams,
    inputs,
    outputLength: expected.length,
  };
  return { request, expected, rounding };
}

/** `count` random calls, the kernels in turn. The same generator gives the same cases. */
export function kernelCases(
  rng: Rng,
  { count, ...options }: KernelCaseOptions & { readonly count: number },
): readonly KernelCase[] {
  return Array.from({ length: count }, (_, index) =>
    kernelCase(rng.fork(index), CASE_KERNELS[index % CASE_KERNELS.length]!, options),
  );
}
