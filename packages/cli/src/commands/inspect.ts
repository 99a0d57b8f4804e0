/** @file `tinyformer inspect`: what an artefact is and holds, for people. */
import { expandArchitecture, TinyFormerError, type ArtefactHeader } from '@tinyformer/core';
import { parseQuantizedNetwork } from '@tinyformer/sparse-engine';
import { parseFloatNetwork } from '@tinyformer/supernas';
import type { Command } from 'commander';
import { parseJson, readInput } from '../output/out-folder.js';
import { renderSummary } from '../stages/report-table.js';
import { compileNetwork, describeModel } from '../stages/compile.js';
import { readSearch } from '../stages/sparsenas.js';
import type { Report } from '../stages/report.js';

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
  'tinyformer/report': (text) => renderSummary(JSON.parse(text) as Report),
};

/** @throws E_ARTEFACT when the text is no artefact of this project. */
export async function describeArtefact(text: string, path: string): Promise<string> {
  const value = parseJson(text, path) as Partial<ArtefactHeader> | null;
  const kind = typeof value === 'object' && typeof value?.kind === 'string' ? value.kind : '';
  if (!/^tinyformer\/[a-z-]+$/.test(kind)) {
    throw new TinyFormerError('E_ARTEFACT', `${path} is no artefact of tinyformer`, {
      hint: 'give one of the JSON files that a run wrote',
    });
  }
  const { formatVersion, toolVersion, seed } = value as ArtefactHeader;
  const header = `${kind}, format version ${formatVersion}, made by version ${toolVersion} with seed ${seed}`;
  const describe = DESCRIBERS[kind] ?? ((own: string) => abridge(own));
  return `${header}\n${await describe(text)}`;
}

const LONGEST_TEXT = 2000;

function abridge(text: string): string {
  return text.length <= LONGEST_TEXT
    ? text
    : `${text.slice(0, LONGEST_TEXT)}\n... (${text.length} characters)`;
}
