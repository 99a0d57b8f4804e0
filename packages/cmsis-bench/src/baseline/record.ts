/**
 * @file The recorded baseline: what CMSIS-NN executes on the layers of the bench, so that a comparison needs no library.
 * Figures only. A layer is known by its name, which holds its sizes: but for softmax and attention, whose data the name
 * stands for, and for some roundings (less than one instruction in ten thousand), the functions do the same on any data.
 */
import { readFileSync } from 'node:fs';
import { TinyFormerError } from '@tinyformer/core';
import type { Rounding } from '@tinyformer/mcu-runtime-c';
import type { Cost } from '../workload/run-programs.js';
import type { PeerCore } from './peer-library.js';

export interface RecordedKernel extends Cost {
  /** The public functions that are called. */
  readonly kernel: string;
}

export interface RecordedLayer {
  readonly name: string;
  readonly core: PeerCore;
  readonly rounding: Rounding;
  /** Every way in which CMSIS-NN computes the layer. */
  readonly kernels: readonly RecordedKernel[];
}

export interface BaselineRecord {
  readonly kind: 'tinyformer/cmsis-nn-baseline';
  readonly formatVersion: 1;
  readonly library: string;
  readonly commit: string;
  readonly compiler: string;
  readonly flags: string;
  /** Of the sources of the cycle model that the figures come from. */
  readonly machineHash: string;
  readonly layers: readonly RecordedLayer[];
}

export const RECORD_KIND = 'tinyformer/cmsis-nn-baseline';
export const RECORD_PATH = new URL('../../data/cmsis-nn-baseline.json', import.meta.url);

/** @throws E_ARTEFACT when the file is no record. */
export function parseRecord(text: string): BaselineRecord {
  let record: Partial<BaselineRecord> = {};
  try {
    record = JSON.parse(text) as Partial<BaselineRecord>;
  } catch {
    // Falls through: what is not JSON is no record.
  }
  if (record.kind === RECORD_KIND && record.formatVersion === 1 && Array.isArray(record.layers)) {
    return record as BaselineRecord;
  }
  throw new TinyFormerError('E_ARTEFACT', 'this is no recorded baseline of CMSIS-NN', {
    hint: 'record it again with `tinyformer bench record-baseline`',
  });
}

/** The record that ships with the package. */
export function shippedRecord(): BaselineRecord {
  return parseRecord(readFileSync(RECORD_PATH, 'utf8'));
}

export function recordedKernels(
  record: BaselineRecord,
  { name, core, rounding }: Pick<RecordedLayer, 'name' | 'core' | 'rounding'>,
): readonly RecordedKernel[] {
  const found = record.layers.find(
    (layer) => layer.name === name && layer.core === core && layer.rounding === rounding,
  );
  return found?.kernels ?? [];
}

/** One layer a line, so that a change of one shows as one. */
export function formatRecord({ layers, ...head }: BaselineRecord): string {
  const lines = layers.map((layer) => `    ${JSON.stringify(layer)}`);
  const text = JSON.stringify({ ...head, layers: [] }, null, 2);
  return `${text.replace(/"layers": \[\]\n\}$/, `"layers": [\n${lines.join(',\n')}\n  ]\n}`)}\n`;
}
