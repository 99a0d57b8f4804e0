/**
 * @file Golden files: the printed graph, the rendered plan and model.c of one small network. A refactor shows an empty
 * diff here; a wanted change is written with UPDATE_GOLDEN=1.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import {
  compile,
  generateProject,
  printGraph,
  renderPlan,
  type CompiledModel,
  type ProjectFile,
} from '@tinyformer/sparse-engine';
import { TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function expectGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

describe('a small network', () => {
  let model: CompiledModel;
  let project: readonly ProjectFile[];
  const textOf = (path: string): string => project.find((file) => file.path === path)!.text;

  beforeAll(async () => {
    const network = tinyQuantizedNetwork(createRng(3), { architecture: TINY_ARCHITECTURE, density: 0.5 });
    model = await compile(network);
    project = generateProject(model);
  });

  it('has this graph', () => expectGolden('graph.txt', printGraph(model.graph)));
  it('has this memory plan', () => expectGolden('plan.txt', renderPlan(model.graph, model.plan)));
  it('has this model.c', () => expectGolden('model.c', textOf('src/model.c')));
  it('has this model.h', () => expectGolden('model.h', textOf('src/model.h')));
  it('has this CMakeLists.txt', () => expectGolden('CMakeLists.txt', textOf('CMakeLists.txt')));

  it('gives the same bytes when it is made again', async () => {
    const network = tinyQuantizedNetwork(createRng(3), { architecture: TINY_ARCHITECTURE, density: 0.5 });
    expect(generateProject(await compile(network))).toEqual(project);
  });

  it('gives other weights from another seed', async () => {
    const network = tinyQuantizedNetwork(createRng(4), { architecture: TINY_ARCHITECTURE, density: 0.5 });
    const other = generateProject(await compile(network));
    expect(other.find(({ path }) => path === 'src/weights.c')!.text).not.toBe(textOf('src/weights.c'));
  });
});
