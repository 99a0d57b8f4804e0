/** @file CMakeLists.txt and README.md of a generated project. */
import { elementCount, formatBytes, formatCount } from '@tinyformer/core';
import { runtimeIncludeDirectories } from '@tinyformer/mcu-runtime-c';
import type { CompiledModel } from '../compiled-model.js';
import { cIdentifier } from '../frontend/names.js';

/** @param runtime paths of the runtime's files, relative to the project. */
export function cmakeLists(name: string, runtime: readonly string[]): string {
  const folders = runtimeIncludeDirectories
    .map((folder) => `runtime/${folder}`)
    .filter((folder) => runtime.some((path) => path.startsWith(`${folder}/`)));
  const [publicFolder, ...privateFolders] = folders;
  const sources = runtime.filter((path) => path.endsWith('.c'));
  return [
    'cmake_minimum_required(VERSION 3.13)',
    `project(${cIdentifier(name)} C)`,
    '',
    'option(TFR_DOUBLE_ROUNDING "Requantise as TensorFlow Lite does" OFF)',
    '',
    'add_library(model STATIC',
    '  src/kernels.c',
    '  src/model.c',
    '  src/weights.c',
    ...sources.map((path) => `  ${path}`),
    ')',
    `target_include_directories(model PUBLIC src ${publicFolder!} PRIVATE ${privateFolders.join(' ')})`,
    'set_target_properties(model PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)',
    'target_compile_options(model PRIVATE -O3 -Wall -Wextra)',
    'if(TFR_DOUBLE_ROUNDING)',
    '  target_compile_definitions(model PRIVATE TFR_DOUBLE_ROUNDING)',
    'endif()',
    '',
    'add_executable(main src/main.c)',
    'target_link_libraries(main PRIVATE model)',
    '',
  ].join('\n');
}

export function projectReadme(name: string, model: CompiledModel): string {
  const { graph, plan, flashBytes, layers } = model;
  const input = graph.tensors[graph.input]!;
  const sum = (key: 'macs' | 'nonZeroMacs') => layers.reduce((total, layer) => total + layer[key], 0);
  const bytes = elementCount(input.shape);
  return `# ${name}

An int8 network in C99, made by tinyformer. Nothing in it allocates, prints or keeps state.

- input: [${input.shape.join(', ')}] int8, ${bytes} bytes
- classes: ${model.classes.length}
- constants (flash): ${formatBytes(flashBytes)}, code not included
- arena (SRAM): ${formatBytes(plan.arenaBytes)}, stack not included; no plan does with less than ${formatBytes(plan.lowerBoundBytes)}
- multiplications: ${formatCount(sum('macs'))}, of which ${formatCount(sum('nonZeroMacs'))} have a weight that is not zero

\`src/model.c\` is the network, one call a layer; \`src/weights.c\` its constants; \`runtime/\` the kernels; \`src/kernels.c\`
those of them that have a layer's shape compiled in.

\`\`\`sh
cmake -B build && cmake --build build
build/main < image.bin # ${bytes} bytes
\`\`\`

In firmware, compile \`src/model.c\`, \`src/kernels.c\`, \`src/weights.c\` and every C file of \`runtime/\` with the include folders that
\`CMakeLists.txt\` names, and call \`model_run\` (see \`src/model.h\`). An image is quantised by
\`q = round(real / MODEL_INPUT_SCALE) + MODEL_INPUT_ZERO_POINT\`, clamped to [-128, 127].
`;
}
