/** @file `tinyformer compile --encoding`: the kernels of the project are those that were asked for. */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createRng } from '@tinyformer/core';
import { saveQuantizedNetwork } from '@tinyformer/sparse-engine';
import { TINY_ARCHITECTURE, tinyQuantizedNetwork } from '@tinyformer/test-kit';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

let errors: string[];
let network: string;
let out: string;

beforeEach(() => {
  errors = [];
  jest.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    errors.push(words.join(' '));
  });
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const folder = temporaryFolder();
  network = join(folder, 'network.json');
  out = join(folder, 'firmware');
  const tiny = tinyQuantizedNetwork(createRng(1), { architecture: TINY_ARCHITECTURE, density: 0.5 });
  writeFileSync(network, saveQuantizedNetwork(tiny));
});

afterEach(() => {
  jest.restoreAllMocks();
});

const compile = (...options: string[]) => main(['compile', network, '--out', out, ...options]);
const kernels = (): Set<string> =>
  new Set(readFileSync(join(out, 'src', 'model.c'), 'utf8').match(/tfr_(linear|convolution)_\w+_s8/g));

it('takes an encoding for all layers and others for some', async () => {
  const options = ['--encoding', 'csr', 'stem=balanced-1x8', '--encoding', 'head.classifier=runlength-1x2'];
  expect(await compile(...options)).toBe(0);
  expect(kernels()).toEqual(
    new Set([
      'tfr_convolution_balanced_s8',
      'tfr_convolution_csr_s8',
      'tfr_linear_csr_s8',
      'tfr_linear_runlength_s8',
    ]),
  );
});

it.each([
  ['csr-2x2', /^E_ENCODING: there is no encoding "csr-2x2"/],
  ['trunk=csr', /^E_ENCODING: there is no layer "trunk"/],
  ['stage1.block0.expand=balanced-1x16', /^E_ENCODING: .*16 x 8 weights/],
])('refuses --encoding %s and writes nothing', async (request, message) => {
  expect(await compile('--encoding', request)).toBe(1);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(message);
  expect(existsSync(out)).toBe(false);
});
