/** @file Which engines there are on this machine, without starting any. */

import { loadAddon } from './engines/native.js';
import { hasRelaxedSimd } from './engines/wasm.js';

export interface EngineAvailability {
  readonly engine: 'native' | 'wasm-relaxed' | 'wasm';
  /** Why it is not there; undefined where it is. */
  readonly missing?: string;
  /** Instruction sets of `native` that run here, the preferred one first. */
  readonly variants: readonly string[];
}

/** The engines with kernels of this package, fastest first: `auto` takes the first that is not missing. */
export function availableEngines(): readonly EngineAvailability[] {
  const addon = loadAddon();
  return [
    addon instanceof Error
      ? { engine: 'native', missing: addon.message, variants: [] }
      : { engine: 'native', variants: addon.variants },
    hasRelaxedSimd({ enable: false })
      ? { engine: 'wasm-relaxed', variants: [] }
      : {
          engine: 'wasm-relaxed',
          missing: 'this version of Node hides relaxed SIMD behind --experimental-wasm-relaxed-simd',
          variants: [],
        },
    { engine: 'wasm', variants: [] },
  ];
}
