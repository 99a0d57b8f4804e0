/**
 * @file Ten shapes as signed distances (Quilez, "2D distance functions"): negative inside, positive outside, in units of the
 * shape's radius. All ten look the same or equally likely when mirrored left to right.
 */

const { abs, atan2, hypot, max, min, round, sin, sqrt } = Math;

/** Distance of the point (x, y); y points down. */
export type SignedDistance = (x: number, y: number) => number;

const disc: SignedDistance = (x, y) => hypot(x, y) - 0.85;

const box =
  (halfWidth: number, halfHeight: number): SignedDistance =>
  (x, y) => {
    const dx = abs(x) - halfWidth;
    const dy = abs(y) - halfHeight;
    return hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0);
  };

const square = box(0.75, 0.75);
const upright = box(0.26, 0.95);
const level = box(0.95, 0.26);

const plus: SignedDistance = (x, y) => min(upright(x, y), level(x, y));

const saltire: SignedDistance = (x, y) => plus((x + y) * Math.SQRT1_2, (x - y) * Math.SQRT1_2);

const hollow =
  (outline: SignedDistance, { thickness }: { readonly thickness: number }): SignedDistance =>
  (x, y) =>
    max(outline(x, y), -outline(x, y) - thickness);

/** Equilateral, its apex up: the half plane above the base and the two sides folded into one. */
const triangle: SignedDistance = (x, y) => max(y - 0.6, (abs(x) * sqrt(3)) / 2 - (y + 0.9) / 2);

const bars: SignedDistance = (x, y) => max(abs(x) - 0.85, min(abs(y - 0.6), abs(y), abs(y + 0.6)) - 0.16);

const crescent: SignedDistance = (x, y) => max(hypot(x, y) - 0.9, 0.75 - hypot(x, y + 0.5));

const star: SignedDistance = (x, y) => {
  const slice = (2 * Math.PI) / 5;
  const angle = atan2(x, -y);
  const folded = abs(angle - slice * round(angle / slice));
  const radius = hypot(x, y);
  return radius * sin(folded + 0.42) - 0.41;
};

/** Class name -> shape; the order is the order of the labels. */
export const SHAPES: readonly (readonly [name: string, distance: SignedDistance])[] = [
  ['disc', disc],
  ['ring', hollow(disc, { thickness: 0.38 })],
  ['square', square],
  ['frame', hollow(square, { thickness: 0.36 })],
  ['triangle', triangle],
  ['plus', plus],
  ['saltire', saltire],
  ['bars', bars],
  ['crescent', crescent],
  ['star', star],
];
