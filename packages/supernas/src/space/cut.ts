/**
 * @file Candidate supernets are parts of a vast space: each keeps, of every list of choices, a run of neighbours. A smaller
 * space trains its shared weights better, a larger one holds more; SuperNAS finds out which part is worth training.
 */
import { TinyFormerError, type Rng } from '@tinyformer/core';
import { parseSearchSpace, type SearchSpace } from './search-space.js';
import { countArchitectures } from './measure.js';

/** Draws that may repeat an earlier candidate before the space counts as too small. */
const MAX_DRAWS_PER_CANDIDATE = 100;

/**
 * `count` distinct parts of a space, named `<space>-1`, `<space>-2`, ...; each is a space of at least two paths where the whole is.
 * @throws E_SPACE when the space has too few choices for that many parts.
 */
export function cutSpaces(space: SearchSpace, count: number, rng: Rng): readonly SearchSpace[] {
  const found = new Map<string, SearchSpace>();
  for (let draw = 0; found.size < count && draw < count * MAX_DRAWS_PER_CANDIDATE; draw++) {
    const part = cutOne(space, rng);
    const key = JSON.stringify(part);
    if (countArchitectures(part) > 1n && !found.has(key)) {
      found.set(key, parseSearchSpace({ ...part, name: `${space.name}-${found.size + 1}` }));
    }
  }
  if (found.size === count) return [...found.values()];
  throw new TinyFormerError(
    'E_SPACE',
    `the space "${space.name}" gave ${found.size} parts, ${count} are wanted`,
    {
      hint: 'list more choices or ask for fewer candidates',
      details: { found: found.size, count },
    },
  );
}

function cutOne(space: SearchSpace, rng: Rng): SearchSpace {
  const cutLists = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([key, value]) => [
        key,
        Array.isArray(value) ? neighbours(value, rng) : value,
      ]),
    ) as T;
  return { ...space, stem: cutLists(space.stem), stages: space.stages.map(cutLists) };
}

/** A run of at least half of the list. */
function neighbours<T>(choices: readonly T[], rng: Rng): readonly T[] {
  const shortest = Math.ceil(choices.length / 2);
  const length = shortest + rng.below(choices.length - shortest + 1);
  const start = rng.below(choices.length - length + 1);
  return choices.slice(start, start + length);
}
