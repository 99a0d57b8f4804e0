/** @file The runtimes that this machine has, so that every suite runs over each of them. */
import { loadRuntime, runtimeAvailability } from '@tinyformer/mcu-runtime-c';
import type { KernelRuntime, RuntimeName } from '@tinyformer/mcu-runtime-c';

const available = runtimeAvailability();

export const runtimeNames = (['wasm', 'native'] as const).filter((name: RuntimeName) => available[name]);

export const wasm: KernelRuntime = await loadRuntime('wasm');
export const runtimes: readonly KernelRuntime[] = await Promise.all(
  runtimeNames.map((name) => loadRuntime(name)),
);
export const doubleRounding: readonly KernelRuntime[] = await Promise.all(
  runtimeNames.map((name) => loadRuntime(name, { rounding: 'double' })),
);
