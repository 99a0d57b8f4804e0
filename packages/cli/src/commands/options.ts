/** @file Options that several commands share, each parsed in one place. */
import { BOARDS, DEFAULT_BOARD } from '@tinyformer/core';
import { InvalidArgumentError, Option } from 'commander';

const SEED_LIMIT = 2 ** 32;

export function wholeNumber(from: number, below: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value < below) return value;
    throw new InvalidArgumentError(`Give a whole number from ${from} to ${below - 1}.`);
  };
}

export const seedOption = (): Option =>
  new Option('--seed <number>', 'decides every random choice')
    .argParser(wholeNumber(0, SEED_LIMIT))
    .default(1);

export const epochsOption = (what: string): Option =>
  new Option('--epochs <number>', what).argParser(wholeNumber(1, 100_000));

export const boardOption = (): Option =>
  new Option('--board <name>', `one of ${BOARDS.map(({ name }) => name).join(', ')}`).default(DEFAULT_BOARD);

export const dataOption = (): Option =>
  new Option('--data <source>', 'synthetic, or cifar10:DIR with the binary files of CIFAR-10').default(
    'synthetic',
  );

export const noteOption = (): Option =>
  new Option('--note <text>', 'what a reader must know of these images, for example "JPEG copy"');

export const smokeOption = (): Option =>
  new Option('--smoke', 'every stage in little time: few images and epochs').default(false);

/** Repeated or followed by several; read by `parseRequestedEncodings`. */
export const encodingOption = (): Option =>
  new Option(
    '--encoding <[layer=]encoding...>',
    'of weights: dense, panel-2x4, balanced-1x4, runlength-1x4, csr, and other block sizes',
  ).default([], 'the compiler chooses');

export const countOption = (flags: string, what: string): Option =>
  new Option(flags, what).argParser(wholeNumber(1, 1_000_000));
