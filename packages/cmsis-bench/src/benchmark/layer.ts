/** @file A layer of the bench: sites with data, what it computes, and the ways in which its weights may be encoded. */
import type { Encoding, Site } from '@tinyformer/sparse-engine';

/** The layer with weights that follow one encoding's pattern. */
export interface Candidate {
  readonly encoding: Encoding;
  /** One site, or the sites of a chain that is one op in the bench: each reads what the one before wrote. */
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
}
