/** The hash that prebuilt/training.sources.sha256 must hold. */
export function sourcesHash(): string;
