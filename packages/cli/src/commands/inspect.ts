/** @file `tinyformer inspect`: what an artefact is and holds, for people. */
import { expandArchitecture, parseArtefact, TinyFormerError, type ArtefactHeader } from '@tinyformer/core';
import { parseQuantizedNetwork } from '@tinyformer/sparse-engine';
import { parseFloatNetwork } from '@tinyformer/supernas';
import type { Command } from 'commander';
import { parseJson, readInput } from '../output/out-folder.js';
import { renderSummary } from '../stages/report-table.js';
import { compileNetwork, describeModel } from '../stages/compile.js';
import { readSearch } from '../stages/sparsenas.js';
import { parseReport } from '../stages/report.js';

export function addInspectCommand(program: Command): void {
  program
    .command('inspect')
    .description('what an artefact is and holds')
    .argument('<artefact>', 'a JSON file of a run')
    .action(async (path: string) => {
      console.log(await describeArtefact(readInput(path), path));
    });
}

const DESCRIBERS: Readonly<Record<string, (text: string) => string | Promise<string>>> = {
  'tinyformer/quantized-network': async (text) => {
    const model = await compileNetwork(text, {});
    return `${parseQuantizedNetwork(text).classes.length} classes\n${describeModel(model)}`;
  },
  'tinyformer/float-network': (text) =>
    expandArchitecture(parseFloatNetwork(text).architecture)
      .map(({ name, op, outputShape }) => `${name}  ${op}  [${outputShape.join(', ')}]`)
      .join('\n'),
  'tinyformer/sparse-search-history': (text) => {
    const { best, measured } = readSearch(text);
    return `${measured} candidates measured, the best:\n${JSON.stringify(best, null, 2)}`;
  },
  'tinyformer/report': (text) => renderSummary(parseReport(text)),
};

/** That of every kind of artefact so far. */
const FORMAT_VERSION = 1;

/** @throws E_ARTEFACT when the text is no whole artefact of this project, E_FORMAT_VERSION when it is of another version. */
export async function describeArtefact(text: string, path: string): Promise<string> {
  const value = parseJson(text, path) as Partial<ArtefactHeader> | null;
  const kind = typeof value === 'object' && typeof value?.kind === 'string' ? value.kind : '';
  if (!/^tinyformer\/[a-z-]+$/.test(kind)) {
    throw new TinyFormerError('E_ARTEFACT', `${path} is no artefact of tinyformer`, {
      hint: 'give one of the JSON files that a run wrote',
    });
  }
  const header = parseArtefact(text, { kind, formatVersion: FORMAT_VERSION });
  try {
    return `${describeHeader(header)}\n${await (DESCRIBERS[kind] ?? abridge)(text)}`;
  } catch (cause) {
    if (cause instanceof TinyFormerError) throw cause;
    throw new TinyFormerError('E_ARTEFACT', `${path} lacks a part of what a ${kind} holds`, {
      hint: 'the file was edited; make it again',
      details: { path },
      cause,
    });
  }
}

/** What is read from a file is quoted, so that it cannot steer the terminal. */
function describeHeader({ kind, formatVersion, toolVersion, seed }: ArtefactHeader): string {
  const version = String(toolVersion).replaceAll(/[^\w.+-]/g, '?');
  return `${kind}, format version ${formatVersion}, made by version ${version} with seed ${Number(seed)}`;
}

const LONGEST_TEXT = 2000;

function abridge(text: string): string {
  return text.length <= LONGEST_TEXT
    ? text
    : `${text.slice(0, LONGEST_TEXT)}\n... (${text.length} characters)`;
}
