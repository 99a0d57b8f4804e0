/** @file With `--smoke` the example does every step in little time; otherwise these options are empty. */
const EVERYTHING_SMALL = {
  images: { trainCount: 1000, validationCount: 200, testCount: 200 },
  spaces: { candidates: 2, capacitySamples: 16, accuracySamples: 1 },
  training: { epochs: 1 },
  search: { generations: 1, population: 4 },
};

type Options<T> = { readonly [K in keyof T]: Partial<T[K]> };

export const smoke: Options<typeof EVERYTHING_SMALL> = process.argv.includes('--smoke')
  ? EVERYTHING_SMALL
  : { images: {}, spaces: {}, training: {}, search: {} };
