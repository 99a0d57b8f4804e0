/** @file Boards, what fits on them, and the small arithmetic of shapes, blocks and units. */
import { describe, expect, it } from '@jest/globals';
import {
  BOARDS,
  DEFAULT_BOARD,
  findBoard,
  fits,
  formatBytes,
  formatCount,
  InternalError,
  keptBlocksPerGroup,
  KIB,
  MIB,
  samePaddingBefore,
  strided,
  TinyFormerError,
} from '../src/index.js';

describe('boards', () => {
  it('are found by name in any case', () => {
    expect(findBoard('STM32F746')).toBe(BOARDS.find(({ name }) => name === DEFAULT_BOARD));
  });

  it('have 1 MiB of flash and 320 KiB of SRAM by default', () => {
    expect(findBoard(DEFAULT_BOARD)).toMatchObject({ flashBytes: MIB, sramBytes: 320 * KIB });
  });

  it('name the choices when there is no such board', () => {
    expect(() => findBoard('esp32')).toThrow(/^E_BOARD: there is no board "esp32"\. Choose one of stm32f411/);
  });

  it('hold a network up to and including their last byte', () => {
    const board = findBoard(DEFAULT_BOARD);
    const full = { flashBytes: board.flashBytes, sramBytes: board.sramBytes };
    expect(fits(full, board)).toBe(true);
    expect(fits({ ...full, flashBytes: full.flashBytes + 1 }, board)).toBe(false);
    expect(fits({ ...full, sramBytes: full.sramBytes + 1 }, board)).toBe(false);
  });
});

describe('SAME padding', () => {
  it('follows TensorFlow: the surplus goes behind', () => {
    expect([strided(32, 2), strided(9, 2), strided(5, 1)]).toEqual([16, 5, 5]);
    expect(
      [
        [32, 3, 2],
        [33, 3, 2],
        [8, 5, 1],
        [4, 1, 2],
      ].map(([n, k, s]) => samePaddingBefore(n!, k!, s!)),
    ).toEqual([0, 1, 2, 0]);
  });
});

describe('keptBlocksPerGroup', () => {
  const kept = (columns: number, density: number) =>
    keptBlocksPerGroup(columns, { blockRows: 2, blockColumns: 4, density });

  it('rounds to whole blocks, keeps at least one and never more than there are', () => {
    expect([kept(32, 0.5), kept(30, 0.5), kept(32, 0.01), kept(3, 0.5), kept(32, 1)]).toEqual([
      4, 4, 1, 1, 8,
    ]);
  });
});

describe('errors and units', () => {
  it('say code, message and remedy in one line', () => {
    const error = new TinyFormerError('E_SRAM', 'needs 291 KiB', {
      hint: 'try width <= 48',
      details: { block: 4 },
    });
    expect(error.message).toBe('E_SRAM: needs 291 KiB. Try width <= 48');
    expect(error).toMatchObject({ code: 'E_SRAM', details: { block: 4 }, hint: 'try width <= 48' });
    expect(new InternalError('x').name).toBe('InternalError');
  });

  it('are written as people read them', () => {
    expect([12, 1536, 3 * MIB].map(formatBytes)).toEqual(['12 B', '1.5 KiB', '3.00 MiB']);
    expect([7, 1234, 1234567, 2.5e9].map(formatCount)).toEqual(['7', '1.2 k', '1.23 M', '2.50 G']);
  });
});
