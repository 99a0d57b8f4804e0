/** @file Encodings that a user asks for, layer by layer, in place of the compiler's choice. */
import { TinyFormerError, type BlockShape } from '@tinyformer/core';
import { chooseWeightEncoding } from './choose-encoding.js';
import type { Encoding, EncodingLayout, Matrix } from './encoding.js';
import { describeLayout, fitEncoding, supportsLayout } from './formats.js';

/** What is asked for; a layer that nothing is said about is the compiler's choice. */
export interface RequestedEncodings {
  /** For every layer whose shape has such an encoding. */
  readonly all?: EncodingLayout;
  /** By layer name; comes before `all`. */
  readonly layers?: Readonly<Record<string, EncodingLayout>>;
}

export interface NamedWeights extends Matrix {
  readonly name: string;
  readonly sparsity: BlockShape | null;
}

/** @throws E_ENCODING when the layer was named and its shape has no such encoding. */
export function encodingFor(weights: NamedWeights, { all, layers = {} }: RequestedEncodings): Encoding {
  const named = Object.hasOwn(layers, weights.name) ? layers[weights.name] : undefined;
  if (named !== undefined && !supportsLayout(weights, named)) {
    const { name, rows, columns } = weights;
    throw new TinyFormerError(
      'E_ENCODING',
      `${name} has ${rows} x ${columns} weights, which cannot be "${describeLayout(named)}"`,
      { hint: 'choose blocks of at most so many columns', details: { name, rows, columns } },
    );
  }
  const layout = named ?? (all !== undefined && supportsLayout(weights, all) ? all : undefined);
  return layout === undefined
    ? chooseWeightEncoding(weights, weights.sparsity)
    : fitEncoding(weights, layout);
}

/** @throws E_ENCODING when a name is none of the layers that have weights to encode. */
export function checkLayerNames({ layers = {} }: RequestedEncodings, known: readonly string[]): void {
  const unknown = Object.keys(layers).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TinyFormerError('E_ENCODING', `there is no layer "${unknown}" with weights to encode`, {
    hint: `choose among ${known.join(', ')}`,
    details: { name: unknown },
  });
}

/**
 * Reads requests as a command line has them: `csr` for all layers, `stem=balanced-1x8` for one; later ones count.
 * @throws E_ENCODING
 */
export function parseRequestedEncodings(requests: readonly string[]): RequestedEncodings {
  const layers: Record<string, EncodingLayout> = {};
  let all: EncodingLayout | undefined;
  for (const request of requests) {
    const equals = request.indexOf('=');
    const layout = parseLayout(request.slice(equals + 1));
    if (equals < 0) all = layout;
    else layers[request.slice(0, equals)] = layout;
  }
  return all === undefined ? { layers } : { all, layers };
}

const PANELS = [
  { blockRows: 2, blockColumns: 4 },
  { blockRows: 4, blockColumns: 4 },
  { blockRows: 2, blockColumns: 8 },
];
const WIDTHS = [2, 4, 8, 16];

/** Every layout that there is. */
export const LAYOUTS: readonly EncodingLayout[] = [
  { kind: 'dense' },
  ...PANELS.slice(0, 2).map((block): EncodingLayout => ({ kind: 'panel', ...block, isDense: true })),
  ...PANELS.map((block): EncodingLayout => ({ kind: 'panel', ...block, isDense: false })),
  ...WIDTHS.map((blockColumns): EncodingLayout => ({ kind: 'balanced', blockColumns })),
  ...WIDTHS.map((blockColumns): EncodingLayout => ({ kind: 'runlength', blockColumns })),
  { kind: 'csr' },
  { kind: 'taps' },
];

/** `panel 2x4` as it is written on a command line. */
const nameOf = (layout: EncodingLayout): string => describeLayout(layout).replace(' ', '-');

/**
 * Reads `dense`, `panel-2x4`, `balanced-1x8`, `runlength-1x4`, `csr` and the other names of {@link LAYOUTS}.
 * @throws E_ENCODING
 */
export function parseLayout(text: string): EncodingLayout {
  const layout = LAYOUTS.find((candidate) => nameOf(candidate) === text);
  if (layout !== undefined) return layout;
  throw new TinyFormerError('E_ENCODING', `there is no encoding "${text}"`, {
    hint: `choose one of ${LAYOUTS.map(nameOf).join(', ')}`,
    details: { encoding: text },
  });
}
