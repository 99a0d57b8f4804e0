/** @file Every artefact between two stages says what it is, in which format, from which seed and tool version. */
import { TinyFormerError } from './errors.js';

export interface ArtefactHeader<K extends string = string> {
  readonly kind: K;
  readonly formatVersion: number;
  readonly toolVersion: string;
  readonly seed: number;
}

/** @throws E_ARTEFACT when the text is no JSON object of this kind, E_FORMAT_VERSION when it is of another version. */
export function parseArtefact<K extends string>(
  text: string,
  expected: { readonly kind: K; readonly formatVersion: number },
): ArtefactHeader<K> & Readonly<Record<string, unknown>> {
  const value = parseJson(text, expected.kind);
  if (typeof value !== 'object' || value === null || (value as ArtefactHeader).kind !== expected.kind) {
    throw new TinyFormerError('E_ARTEFACT', `this is not a ${expected.kind}`, {
      hint: 'check that the file is the one that this stage reads',
    });
  }
  const header = value as ArtefactHeader<K> & Readonly<Record<string, unknown>>;
  if (header.formatVersion !== expected.formatVersion) {
    throw new TinyFormerError(
      'E_FORMAT_VERSION',
      `this ${expected.kind} has format version ${String(header.formatVersion)}, expected ${expected.formatVersion}`,
      {
        hint: 'make the artefact again with this version of the tool',
        details: { found: header.formatVersion },
      },
    );
  }
  return header;
}

function parseJson(text: string, kind: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TinyFormerError('E_ARTEFACT', `a ${kind} could not be read: it is not JSON`, {
      hint: 'the file is truncated or is something else',
      cause,
    });
  }
}

/** The version of the tool, written into every artefact. */
export const TOOL_VERSION = '0.0.0';
