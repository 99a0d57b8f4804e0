/** @file Where the package keeps its C sources and binaries, seen alike from src-ts/ and dist/. */
import { fileURLToPath } from 'node:url';
import type { Rounding } from './backend.js';

export const packageRoot = fileURLToPath(new URL('..', import.meta.url));

export const binaryPath = {
  wasm: (rounding: Rounding): string => `${packageRoot}prebuilt/tfr-${rounding}.wasm`,
  native: (rounding: Rounding): string => `${packageRoot}build/native/tfr-${rounding}.node`,
} as const;
