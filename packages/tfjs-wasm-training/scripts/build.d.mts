export type WasmBuild = 'training' | 'training-relaxed';
/** The modules that are built. */
export const WASM_BUILDS: Readonly<Record<WasmBuild, unknown>>;
/** The hash that prebuilt/NAME.sources.sha256 must hold. */
export function sourcesHash(name: WasmBuild): string;
