/** @file What a project says of its board's instruction cache, so that loops with a compiled-in shape fit it. */
import { describe, expect, it } from '@jest/globals';
import { BOARDS, createRng, findBoard, type Board } from '@tinyformer/core';
import { compile, generateProject, loopLimit } from '@tinyformer/sparse-engine';
import { tinyQuantizedNetwork } from '@tinyformer/test-kit';

const network = tinyQuantizedNetwork(createRng(3), { density: 0.5 });
const kernelsFor = async (board?: Board): Promise<string> => {
  const project = generateProject(await compile(network, board === undefined ? {} : { board }));
  return project.find(({ path }) => path === 'src/kernels.c')!.text;
};
const withoutLimit = (text: string) =>
  text.replace(/\/\* Bytes of code .*\n#ifndef TFR_LOOP_CODE_BYTES\n.*\n#endif\n\n/, '');

describe('A project for a board', () => {
  it.each(BOARDS)('holds what the $name can fetch without waiting, and nothing else of it', async (board) => {
    const text = await kernelsFor(board);
    expect(text).toContain(`#define TFR_LOOP_CODE_BYTES ${board.memory.instructionCache.bytes}\n`);
    expect(text.indexOf('TFR_LOOP_CODE_BYTES')).toBeLessThan(text.indexOf('_panel.h"'));
    expect(withoutLimit(text)).toBe(await kernelsFor());
    expect(await kernelsFor(board)).toBe(text);
  });

  it('differs from one for a board with another cache', async () => {
    const [small, large] = [findBoard('stm32l4r5'), findBoard('stm32h743')];
    expect(await kernelsFor(small)).not.toBe(await kernelsFor(large));
  });

  it('has no limit without a board, or where flash answers at once', () => {
    const board = findBoard('stm32l4r5');
    const flashStall = { cycles: 0, lineCycles: 0 };
    expect(loopLimit(null)).toEqual([]);
    expect(loopLimit({ ...board, memory: { ...board.memory, flashStall } })).toEqual([]);
    expect(loopLimit(board)).not.toEqual([]);
  });
});
