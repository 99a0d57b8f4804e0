/** @file The taps stream of FORMAT.md written down once more, as plainly as it reads, to check kernels against. */

export interface TapWeights {
  readonly taps: number;
  /** At least 4. */
  readonly channels: number;
  /** [taps][channels] */
  readonly values: Int8Array;
}

const word = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => (value >> (8 * i)) & 0xff);

export function encodeTaps({ taps, channels, values }: TapWeights): Int8Array {
  const masks: number[] = [];
  const weights: number[] = [];
  for (let begin = 0; begin < channels; begin += 4) {
    const first = Math.min(begin, channels - 4);
    const mask = new Array<number>(Math.ceil(taps / 8)).fill(0);
    for (let tap = 0; tap < taps; tap++) {
      const block = [...values.subarray(tap * channels + first, tap * channels + first + 4)];
      if (block.every((weight) => weight === 0)) continue;
      mask[tap >> 3]! += 1 << (tap & 7);
      weights.push(...block);
    }
    masks.push(...mask);
  }
  const header = [0x54, 0x44, 1, 4, ...word(weights.length / 4, 4), ...word(taps, 4), ...word(channels, 4)];
  const padding = new Array<number>(-masks.length & 3).fill(0);
  return Int8Array.from([...header, ...masks, ...padding, ...weights]);
}
