// What is said against a fix (docs/quality.md): the bits of `quality` as codes that have words. Pure.

/** In the order of the bits, as fleet.position.Quality. */
export const FIX_FLAGS = [
  "no_fix",
  "few_satellites",
  "poor_accuracy",
  "jump",
  "parked_drift",
  "clock_skew",
  "late",
  "receive_time",
] as const;
export type FixFlag = (typeof FIX_FLAGS)[number];

export const flagsOf = (quality: number): FixFlag[] =>
  FIX_FLAGS.filter((_, bit) => ((quality >> bit) & 1) === 1);

const bits = (...flags: FixFlag[]): number =>
  flags.reduce((sum, flag) => sum | (1 << FIX_FLAGS.indexOf(flag)), 0);

/** The vehicle was not there: no part of a track. */
const ASIDE = bits("no_fix", "jump", "parked_drift");
/** It was about there. */
const APPROXIMATE = bits("few_satellites", "poor_accuracy");

export const isAside = (quality: number): boolean => (quality & ASIDE) !== 0;
export const isApproximate = (quality: number): boolean => (quality & APPROXIMATE) !== 0;
/** Where the vehicle stood was told elsewhere: nothing happened between the fixes around. */
export const isDrift = (quality: number): boolean => (quality & bits("parked_drift")) !== 0;

/** How often each flag occurs, in the order of the flags; those that do not are left out. */
export function countFlags(qualities: readonly number[]): [FixFlag, number][] {
  return FIX_FLAGS.map((flag, bit): [FixFlag, number] => [
    flag,
    qualities.reduce((count, quality) => count + ((quality >> bit) & 1), 0),
  ]).filter(([, count]) => count > 0);
}
