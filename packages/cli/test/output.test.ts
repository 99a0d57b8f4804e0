/** @file What people see: durations, shares, progress, errors, tables. */
import { describe, expect, it, jest } from '@jest/globals';
import { InternalError, TinyFormerError } from '@tinyformer/core';
import { describeError } from '../src/errors.js';
import { formatDuration } from '../src/output/duration.js';
import { secondsLeft, startProgress, withProgress } from '../src/output/progress.js';
import { formatShare } from '../src/output/share.js';
import { renderReport, renderSummary } from '../src/stages/report-table.js';
import type { Report } from '../src/stages/report.js';

describe('figures', () => {
  it('are written as people read them', () => {
    expect([0.04, 9.94, 9.96, 59.4, 59.6, 83, 3599, 3700].map(formatDuration)).toEqual([
      '0.0 s',
      '9.9 s',
      '10 s',
      '59 s',
      '1 min 00 s',
      '1 min 23 s',
      '59 min 59 s',
      '1 h 01 min',
    ]);
    expect([0, 0.91449, 1].map(formatShare)).toEqual(['0.0%', '91.4%', '100.0%']);
  });
});

describe('progress', () => {
  const recorder = () => {
    const lines: string[] = [];
    let milliseconds = 0;
    const stream = { isTTY: false, write: (text: string) => lines.push(text.trimEnd()) > 0 };
    return {
      lines,
      pass: (seconds: number) => {
        milliseconds += 1000 * seconds;
      },
      options: { title: 'Work', stream: stream as unknown as NodeJS.WriteStream, now: () => milliseconds },
    };
  };

  it('is a line every ten seconds with what is left, where there is no terminal', () => {
    const { lines, pass, options } = recorder();
    const progress = startProgress(options);
    for (let second = 1; second <= 25; second++) {
      pass(1);
      progress.update(second, { total: 50, note: 'loss 1.00' });
    }
    expect(progress.finish('good')).toBe(25);
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'Work ...',
      ' Work 20% 40 s left loss 1.00',
      ' Work 40% 30 s left loss 1.00',
      'Work done in 25 s good',
    ]);
  });

  it('knows what is left only when something is done', () => {
    expect(secondsLeft(10, { done: 0, total: 5 })).toBeNull();
    expect(secondsLeft(10, { done: 4, total: 5 })).toBe(2.5);
    expect(secondsLeft(10, { done: 6, total: 5 })).toBe(0);
  });

  it('says that work has failed and passes the error on', async () => {
    const error = new Error('x');
    const write = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    await expect(withProgress('Work', () => Promise.reject(error))).rejects.toBe(error);
    expect(write.mock.calls.at(-1)![0]).toMatch(/^Work +failed after /);
    write.mockRestore();
  });
});

describe('an error', () => {
  it('is one line with code and remedy', () => {
    const error = new TinyFormerError('E_X', 'it is wrong', { hint: 'mend it' });
    expect(describeError(error)).toBe('E_X: it is wrong. Mend it.');
  });

  it('without a code is called a defect', () => {
    for (const error of [new InternalError('broken'), new TypeError('broken\nat line 2'), 'broken']) {
      expect(describeError(error)).toBe(
        'E_INTERNAL: broken. This is a defect of tinyformer: please report it with the output of --debug.',
      );
    }
  });
});

const report: Report = {
  kind: 'tinyformer/report',
  formatVersion: 1,
  toolVersion: '0',
  seed: 1,
  engine: 'wasm',
  smoke: false,
  board: 'stm32f746',
  dataset: { name: 'cifar10', note: 'JPEG copy', train: 8, validation: 2, test: 2 },
  accuracy: { float: 0.5, int8: 0.25 },
  linearBaselineAccuracy: 0.125,
  candidates: 64,
  parameters: 1234,
  density: 0.5,
  macs: 2000,
  nonZeroMacs: 1000,
  flashBytes: 2048,
  sramBytes: 1024,
  sramLowerBoundBytes: 1000,
  latencyMs: 1,
  machines: [
    {
      name: 'wasm',
      exact: true,
      samples: 2,
      instructions: null,
      cycles: null,
      cyclesHigh: null,
      remark: null,
    },
    {
      name: 'native',
      exact: null,
      samples: 0,
      instructions: null,
      cycles: null,
      cyclesHigh: null,
      remark: 'not built here',
    },
    {
      name: 'cortex-m4',
      exact: false,
      samples: 2,
      instructions: 5000,
      cycles: 9000,
      cyclesHigh: 9900,
      remark: 'differs at x',
    },
  ],
  layers: [
    {
      name: 'stem|x',
      op: 'convolution',
      encoding: 'dense',
      density: 1,
      macs: 9,
      nonZeroMacs: 9,
      flashBytes: 3,
      instructions: { m4: 7, m7: null },
    },
  ],
};

describe('the report', () => {
  it('shows every figure, and never calls a machine exact that was not', () => {
    const text = renderSummary(report);
    for (const part of [
      'cifar10 (JPEG copy)',
      '50.0%',
      '25.0%',
      '12.5%',
      '2.0 KiB',
      '1.0 KiB',
      '1.2 k',
      '5.0 k instructions',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('wasm: exact on 2 images');
    expect(text).toContain('native: not built here');
    expect(text).toContain('cortex-m4: differs at x');
    expect(text).toMatch(/Cortex-M7 .*not measured/);
  });

  it('lists every layer in Markdown, escaped', () => {
    expect(renderReport(report)).toContain('| stem\\|x | convolution | dense | 1.00 | 9 | 9 | 3 | 7 | - |');
    expect(renderReport({ ...report, smoke: true })).toContain('its accuracy is no result');
  });
});
