/** @file How much scratch memory a kernel wants: C alone knows, so its WebAssembly build is asked. */
import { loadRuntime, type KernelRuntime, type ParamArray } from '@tinyformer/mcu-runtime-c';

/** What scratch sizes and kernel calls are asked of. */
export type ScratchSource = Pick<KernelRuntime, 'manifest' | 'scratchBytes'>;

const EMPTY: Readonly<Record<string, ParamArray>> = {
  'i8*': new Int8Array(0),
  'u8*': new Uint8Array(0),
  'i16*': new Int16Array(0),
  'u16*': new Uint16Array(0),
  'i32*': new Int32Array(0),
};

/** @param geometry the numbers of the parameter struct; scratch sizes depend on no array. */
export function scratchBytesOf(
  source: ScratchSource,
  { kernel, geometry }: { readonly kernel: string; readonly geometry: Readonly<Record<string, number>> },
): number {
  const entry = source.manifest.kernels.find(({ name }) => name === kernel);
  const arrays = entry?.fields.filter(({ type }) => type !== 'i32') ?? [];
  const empty = Object.fromEntries(arrays.map(({ name, type }) => [name, EMPTY[type]!]));
  return source.scratchBytes(kernel, { ...geometry, ...empty });
}

let shared: Promise<KernelRuntime> | undefined;

/** The WebAssembly build, loaded once; scratch sizes do not depend on its rounding. */
export function defaultScratchSource(): Promise<ScratchSource> {
  return (shared ??= loadRuntime('wasm'));
}
