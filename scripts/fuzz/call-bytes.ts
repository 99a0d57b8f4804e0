/** @file Kernel calls in the form that the fuzzer changes: packages/mcu-runtime-c/fuzz/fuzz_request.h. */
import { createRng } from '@tinyformer/core';
import { findKernel, type KernelManifest, type KernelRequest } from '@tinyformer/mcu-runtime-c';
import { kernelCase } from '@tinyformer/sparse-engine/testing';

const u8 = (value: number): Uint8Array => Uint8Array.of(value);
const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);
const MAX_CONTENT_BYTES = 65535;

function i32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** What is too long for its count is cut: the fuzzer repeats contents up to the length that it needs. */
function content(array: ArrayBufferView): Uint8Array[] {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, Math.min(array.byteLength, MAX_CONTENT_BYTES));
  return [u16(bytes.length), bytes];
}

export function callBytes(manifest: KernelManifest, { kernel, params, inputs }: KernelRequest): Buffer {
  const { entry, index } = findKernel(manifest, kernel);
  const values = entry.fields.map(({ name }) => params[name]!);
  return Buffer.concat([
    u8(index),
    u8(0),
    u16(0),
    ...values.flatMap((value) => (typeof value === 'number' ? [i32(value)] : [])),
    ...values.flatMap((value) => (typeof value === 'number' ? [] : content(value))),
    ...inputs.flatMap(content),
  ]);
}

export interface SeedCall {
  readonly kernel: string;
  readonly bytes: Buffer;
}

/** Random sound calls of every kernel of the runtime; the same for the same seed. */
export function seedCalls(
  manifest: KernelManifest,
  { perKernel, seed }: { readonly perKernel: number; readonly seed: number },
): SeedCall[] {
  return manifest.kernels.flatMap(({ name }, index) =>
    Array.from({ length: perKernel }, (_, call) => {
      const rng = createRng(seed).fork(index).fork(call);
      const { request } = kernelCase(rng, name);
      return { kernel: name, bytes: callBytes(manifest, request) };
    }),
  );
}
