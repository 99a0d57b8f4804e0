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

const SINGLE_ROWS = ['balanced', 'runlength'] as const;

/**
 * Reads `dense`, `csr`, `block-2x4`, `balanced-1x8`, `runlength-1x4`.
 * @throws E_ENCODING
 */
export function parseLayout(text: string): EncodingLayout {
  if (text === 'dense' || text === 'csr') return { kind: text };
  const parts = /^([a-z]+)-(\d{1,2})x(\d{1,2})$/.exec(text);
  const [kind, blockRows, blockColumns] = [parts?.[1], Number(parts?.[2]), Number(parts?.[3])];
  const layout: EncodingLayout | undefined =
    kind === 'block'
      ? { kind, blockRows, blockColumns }
      : blockRows === 1
        ? SINGLE_ROWS.filter((name) => name === kind).map((name) => ({ kind: name, blockColumns }))[0]
        : undefined;
  // Every block fits this matrix, so that only unknown ones are refused.
  if (layout !== undefined && supportsLayout({ rows: 16, columns: 16 }, layout)) return layout;
  throw new TinyFormerError('E_ENCODING', `there is no encoding "${text}"`, {
    hint: 'choose dense, block-2x4, block-2x8, block-4x4, balanced-1xN, runlength-1xN (N = 2, 4, 8 or 16) or csr',
    details: { encoding: text },
  });
}
