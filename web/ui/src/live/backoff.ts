// How long to wait before the next attempt to connect: doubling from half a second to fifteen seconds,
// spread by chance so that a thousand viewers do not come back in the same instant.
const FIRST_MS = 500;
const LONGEST_MS = 15_000;

export function waitBeforeAttempt(failures: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.5 + chance / 2));
}
