/** @file The kernel list as C knows it: read from the lines that binding/tfr_manifest.c makes of the two lists. */
import { RuntimeError } from './errors.js';

export type FieldType = 'i32' | 'i8*' | 'u8*' | 'i16*' | 'u16*' | 'i32*';

export interface KernelField {
  readonly name: string;
  readonly type: FieldType;
}

export interface KernelEntry {
  /** The C function, such as `tfr_linear_panel_s8`. */
  readonly name: string;
  readonly op: string;
  /** The C struct of its parameters, such as `tfr_linear_params`. */
  readonly struct: string;
  /** Number of input tensors. */
  readonly inputs: 1 | 2 | 3;
  /** The struct's fields in order. */
  readonly fields: readonly KernelField[];
}

/** A kernel's place in `kernels` is its index in `tfr_dispatch`. */
export interface KernelManifest {
  readonly kernels: readonly KernelEntry[];
}

export function parseManifest(lines: readonly string[]): KernelManifest {
  const structs = new Map<string, KernelField[]>();
  let fields: KernelField[] = [];
  for (const line of lines) {
    const [kind, first, second] = line.split(' ') as [string, string, string];
    if (kind === 'struct') structs.set(first, (fields = []));
    if (kind === 'field') fields.push({ name: second, type: first as FieldType });
  }
  const kernels = lines
    .filter((line) => line.startsWith('kernel '))
    .map((line): KernelEntry => {
      const [, name, op, inputs] = line.split(' ') as [string, string, string, string];
      const struct = `tfr_${op}_params`;
      return { name, op, struct, inputs: Number(inputs) as KernelEntry['inputs'], fields: structs.get(op)! };
    });
  return { kernels };
}

/** @throws RuntimeError E_KERNEL_UNKNOWN */
export function findKernel(manifest: KernelManifest, name: string): { entry: KernelEntry; index: number } {
  const index = manifest.kernels.findIndex((kernel) => kernel.name === name);
  if (index < 0) {
    const known = manifest.kernels.map((kernel) => kernel.name).join(', ');
    throw new RuntimeError('E_KERNEL_UNKNOWN', `there is no kernel "${name}"`, {
      kernel: name,
      hint: `Known: ${known}`,
    });
  }
  return { entry: manifest.kernels[index]!, index };
}
