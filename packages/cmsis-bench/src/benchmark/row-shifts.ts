/** @file Layers as arbitrary multipliers make them: with a shift for each row, not one for all of a layer. */
import type { Encoding } from '@tinyformer/sparse-engine';
import type { LayerDraft } from './layer.js';

const withShifts = (encoding: Encoding): Encoding =>
  encoding.kind === 'panel' ? { ...encoding, hasRowShifts: true } : encoding;

/** The same layer, whose panels hold the shift of every row, as the multipliers of a TensorFlow Lite model need it. */
export const withRowShifts = ({ name, draw }: LayerDraft): LayerDraft => ({
  name,
  draw: () => {
    const layer = draw();
    const candidates = layer.candidates.map(({ site, encoding }) => ({
      site,
      encoding: withShifts(encoding),
    }));
    return { ...layer, candidates };
  },
});
