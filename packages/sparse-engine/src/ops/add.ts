/**
 * @file Addition of two tensors with their own scales, as TensorFlow Lite does it: both are brought to twice the larger
 * scale with 20 more bits, added, and brought to the output's scale.
 */
import { clamp, elementCount, INT8_MAX, INT8_MIN, requantize, sameShape } from '@tinyformer/core';
import type { Site } from '../ir/graph.js';
import { rescaling } from './arithmetic.js';
import { defineOp } from './op-definition.js';

const LEFT_SHIFT = 20;

function factorsOf(site: Site) {
  const [a, b] = site.inputs as [Site['output'], Site['output']];
  const twiceMax = 2 * Math.max(a.quant.scale, b.quant.scale);
  return {
    a: rescaling(site, a.quant.scale / twiceMax),
    b: rescaling(site, b.quant.scale / twiceMax),
    output: rescaling(site, twiceMax / (2 ** LEFT_SHIFT * site.output.quant.scale)),
  };
}

export const add = defineOp({
  name: 'add',
  inputCount: 2,
  inPlaceInputs: [0, 1],
  inferShape: ({ inputs }) => inputs[0]!.shape,
  findFault: ({ inputs: [a, b] }) =>
    sameShape(a!.shape, b!.shape) ? null : `it adds [${a!.shape.join(', ')}] and [${b!.shape.join(', ')}]`,
  kernel: () => 'tfr_add_s8',
  geometry: (site) => {
    const factors = factorsOf(site);
    return {
      size: elementCount(site.output.shape),
      a_zero_point: site.inputs[0]!.quant.zeroPoint,
      b_zero_point: site.inputs[1]!.quant.zeroPoint,
      output_zero_point: site.output.quant.zeroPoint,
      a_multiplier: factors.a.multiplier,
      a_shift: factors.a.shift,
      b_multiplier: factors.b.multiplier,
      b_shift: factors.b.shift,
      output_multiplier: factors.output.multiplier,
      output_shift: factors.output.shift,
      output_min: INT8_MIN,
      output_max: INT8_MAX,
    };
  },

  reference: (site, { inputs, output, rounding }) => {
    const [a, b] = inputs as [Int8Array, Int8Array];
    const factors = factorsOf(site);
    const za = site.inputs[0]!.quant.zeroPoint;
    const zb = site.inputs[1]!.quant.zeroPoint;
    const zy = site.output.quant.zeroPoint;
    for (let i = 0; i < output.length; i++) {
      const sum =
        requantize((a[i]! - za) << LEFT_SHIFT, factors.a, rounding) +
        requantize((b[i]! - zb) << LEFT_SHIFT, factors.b, rounding);
      output[i] = clamp(zy + requantize(sum, factors.output, rounding), INT8_MIN, INT8_MAX);
    }
  },
});
