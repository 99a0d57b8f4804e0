/** @file The lines that docs/training.md shows to a user of TensorFlow.js train a model. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, '../../docs/training.md'), 'utf8');
const [, example] = /```ts\n([\s\S]*?)```/.exec(page)!;

describe('the example of docs/training.md', () => {
  it('has ten lines beside its imports', () => {
    const lines = example!.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import'));
    expect(lines).toHaveLength(10);
  });

  it('runs', () => {
    mkdirSync(join(root, 'build'), { recursive: true });
    const folder = mkdtempSync(join(root, 'build/example-'));
    try {
      const file = join(folder, 'example.ts');
      const data = `
        const images = tf.randomUniform([128, 32, 32, 3]);
        const labels = tf.randomUniform([128], 0, 10, 'float32').floor();\n`;
      const program = example!
        .replace("'@tinyformer/tfjs-wasm-training'", `'${join(root, 'src/index.ts')}'`)
        .replace('await model.fit', `${data}const { history } = await model.fit`);
      writeFileSync(file, `${program}\nconsole.log(JSON.stringify([name, threads, history]));`);
      const args = ['--import', 'tsx', file];
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
      const printed = stdout.trim().split('\n').at(-1)!;
      expect({ printed, stderr: printed.startsWith('[') ? '' : stderr.slice(-1000) }).toMatchObject({
        stderr: '',
      });
      const [name, threads, { loss }] = JSON.parse(printed) as [string, number, { loss: number[] }];
      expect(['native', 'wasm-relaxed', 'wasm']).toContain(name);
      expect(threads).toBeGreaterThanOrEqual(1);
      expect(loss.every(Number.isFinite)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
