/** @file From the quantised network to a C project that fits the board, and to text that says what was decided. */
import { formatBytes } from '@tinyformer/core';
import {
  parseQuantizedNetwork,
  printGraph,
  renderPlan,
  SparseEngine,
  writeProject,
  type CompiledModel,
  type CompileOptions,
} from '@tinyformer/sparse-engine';
import { FILES } from './files.js';
import type { Stage, StageContext } from './stage.js';

/** @throws E_ARTEFACT, E_FORMAT_VERSION, E_NAME, E_SRAM, E_FLASH and what else a compiler refuses. */
export function compileNetwork(text: string, options: CompileOptions): Promise<CompiledModel> {
  return new SparseEngine(options).compile(parseQuantizedNetwork(text));
}

/** Graph and memory plan, for people. */
export function describeModel({ graph, plan }: CompiledModel): string {
  return `${printGraph(graph)}\n${renderPlan(graph, plan)}`;
}

export function compileRunNetwork({ folder, settings }: StageContext): Promise<CompiledModel> {
  return compileNetwork(folder.read(FILES.network), { board: settings.board });
}

export const compileStage: Stage = {
  name: 'compile',
  title: 'Compiling to C (SparseEngine)',
  outputs: [FILES.model, FILES.firmware],
  async run(context) {
    const { folder } = context;
    const model = await compileRunNetwork(context);
    folder.write(FILES.model, describeModel(model));
    writeProject(model, folder.pathOf(FILES.firmware));
    return `${formatBytes(model.flashBytes)} of flash, ${formatBytes(model.sramBytes)} of SRAM`;
  },
};
