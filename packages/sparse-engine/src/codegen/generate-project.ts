/** @file Compiled model -> the files of a C project. Pure and deterministic: the same model gives the same bytes. */
import { TOOL_VERSION } from '@tinyformer/core';
import { runtimeSources } from '@tinyformer/mcu-runtime-c';
import type { CompiledModel } from '../compiled-model.js';
import { checkName } from '../frontend/names.js';
import { cmakeLists, projectReadme } from './build-files.js';
import { callFunctions, kernelsHeader, kernelsSource, type CallFunctionOptions } from './kernels-source.js';
import { MAIN_SOURCE } from './main-source.js';
import { modelHeader } from './model-header.js';
import { modelSource } from './model-source.js';
import { weightsHeader, weightsSource } from './weights-source.js';

export interface ProjectFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const PROJECT_KIND = 'tinyformer/c-project';
/** The file by which a folder is known to be a generated project. */
export const PROJECT_MARK = 'tinyformer.json';

export interface ProjectOptions extends CallFunctionOptions {
  /** Of the CMake project; the network's name unless given. */
  readonly name?: string | undefined;
}

/**
 * @throws E_NAME when the name is no identifier
 */
export function generateProject(
  model: CompiledModel,
  { name = model.graph.name, straightLine }: ProjectOptions = {},
): readonly ProjectFile[] {
  checkName(name, 'the project');
  const functions = callFunctions(model, { straightLine });
  const kernels = [...new Set(model.calls.map(({ kernel }) => kernel))];
  const runtime = runtimeSources(kernels, { headers: functions.headers }).map(({ path, text }) => ({
    path: `runtime/${path}`,
    text,
  }));
  const header = { kind: PROJECT_KIND, formatVersion: 1, toolVersion: TOOL_VERSION, seed: model.seed, name };
  return [
    {
      path: 'CMakeLists.txt',
      text: cmakeLists(
        name,
        runtime.map(({ path }) => path),
      ),
    },
    { path: 'README.md', text: projectReadme(name, model) },
    { path: PROJECT_MARK, text: `${JSON.stringify(header, null, 2)}\n` },
    { path: 'src/kernels.c', text: kernelsSource(functions, model.board) },
    { path: 'src/kernels.h', text: kernelsHeader(functions) },
    { path: 'src/main.c', text: MAIN_SOURCE },
    { path: 'src/model.c', text: modelSource(model, functions.callees) },
    { path: 'src/model.h', text: modelHeader(model) },
    { path: 'src/weights.c', text: weightsSource(model) },
    { path: 'src/weights.h', text: weightsHeader(model) },
    ...runtime,
  ];
}
