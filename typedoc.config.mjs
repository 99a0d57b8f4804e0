/** @file API pages of every package, for `npm run docs`. */
import { OptionDefaults } from 'typedoc';

const sources = {
  core: 'src',
  supernas: 'src',
  sparsenas: 'src',
  'sparse-engine': 'src',
  'mcu-runtime-c': 'src-ts',
  'tfjs-wasm-training': 'src',
  'cmsis-bench': 'src',
  cli: 'src',
};

export default {
  name: 'TinyFormer',
  entryPoints: Object.entries(sources).map(([name, folder]) => `packages/${name}/${folder}/index.ts`),
  tsconfig: 'tsconfig.check.json',
  projectDocuments: ['docs/*.md'],
  out: 'docs/api',
  excludePrivate: true,
  disableSources: true,
  blockTags: [...OptionDefaults.blockTags, '@file'],
  validation: { notExported: false, invalidPath: false },
};
