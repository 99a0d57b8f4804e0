/** @file A kernel call as tests make it; structurally the runtime's, as this package knows nouns of core only. */

export type KernelParams = Readonly<
  Record<string, number | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array>
>;

export interface KernelRequest {
  /** The C function's name. */
  readonly kernel: string;
  readonly params: KernelParams;
  readonly inputs: readonly Int8Array[];
  readonly outputLength: number;
}
