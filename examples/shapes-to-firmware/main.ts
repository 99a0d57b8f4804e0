/** @file From drawn shapes to a C project: README.md's lines, which `--smoke` cuts short wherever `smoke` is named. */
import { smoke } from './smoke.js';

// From here on it is README.md, line by line.
import { findBoard } from '@tinyformer/core';
import { createCostModel, SparseEngine } from '@tinyformer/sparse-engine';
import { finishCandidate, SparseNAS } from '@tinyformer/sparsenas';
import { presets, SuperNAS, Supernet, syntheticShapes, trainSupernet, useTraining } from '@tinyformer/supernas';

const [costModel] = await Promise.all([createCostModel(), useTraining()]);
const task = { seed: 1, splits: syntheticShapes({ seed: 1, ...smoke.images }), board: findBoard('stm32f746'), costModel };
const supernas = await new SuperNAS({ ...task, space: presets.shapes }).search(task.splits, smoke.spaces);
const supernet = Supernet.create(supernas.best, task);
await trainSupernet(supernet, task.splits, { seed: 1, epochs: 8, ...smoke.training });
const { best } = await new SparseNAS({ ...task, supernet, maximumDensity: 0.5 }).search(smoke.search);
const { quantized } = await finishCandidate(supernet, best.candidate, { ...task, epochs: 5, name: 'shapes', ...smoke.training });
await new SparseEngine(task).write(quantized, 'runs/shapes');
