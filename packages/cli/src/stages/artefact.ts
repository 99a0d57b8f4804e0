/** @file The small artefacts that the command line itself owns: a header and plain data, written as JSON. */
import { parseArtefact, TOOL_VERSION } from '@tinyformer/core';
import { toJson } from '../output/out-folder.js';

const FORMAT_VERSION = 1;

export function saveOwn<T extends { readonly seed: number }>(kind: string, { seed, ...data }: T): string {
  return toJson({
    kind: `tinyformer/${kind}`,
    formatVersion: FORMAT_VERSION,
    toolVersion: TOOL_VERSION,
    seed,
    ...data,
  });
}

/** What `saveOwn` wrote. @throws E_ARTEFACT, E_FORMAT_VERSION */
export function parseOwn<T>(kind: string, text: string): T {
  return parseArtefact(text, { kind: `tinyformer/${kind}`, formatVersion: FORMAT_VERSION }) as unknown as T;
}
