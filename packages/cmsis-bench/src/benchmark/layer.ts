/** @file A layer of the bench: sites with data, what it computes, and the ways in which its weights may be encoded. */
import type { Rng } from '@tinyformer/core';
import type { Encoding, Site } from '@tinyformer/sparse-engine';
import type { PeerAttention } from '../baseline/peer-programs.js';

/** The layer with weights that follow one encoding's pattern. */
export interface Candidate {
  readonly encoding: Encoding;
  readonly site: Site;
}

export interface BenchLayer {
  readonly name: string;
  /** Columns of the report. */
  readonly op: string;
  readonly shape: string;
  /** Kept blocks of 4 channels of a row, which name a row together with the layer; null where no weights are pruned. */
  readonly keptBlocks: number | null;
  readonly candidates: readonly Candidate[];
  readonly inputs: readonly Int8Array[];
  /** Where data decides it: products with neither factor 0. Otherwise it follows from the weights. */
  readonly nonZeroMacs?: number;
  /** Of an attention, which is three calls of CMSIS-NN. */
  readonly peerAttention?: PeerAttention;
  /** Of an op whose integer definition only approximates: the real output in steps of int8, not rounded. */
  readonly floatOutput?: Float64Array;
}

/** A layer by its name; its data is drawn when it is asked for, the same each time. */
export interface LayerDraft {
  readonly name: string;
  readonly draw: () => BenchLayer;
}

/** Puts off what `draw` does. It takes its random numbers from forks of the generator, which do not advance it. */
export function lazily<S>(draw: (rng: Rng, name: string, sizes: S) => BenchLayer) {
  return (rng: Rng, name: string, sizes: S): LayerDraft => ({ name, draw: () => draw(rng, name, sizes) });
}
