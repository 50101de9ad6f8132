// Where somebody last looked on a map: what a search of places prefers. Kept apart from the map itself, whose code is
// loaded only where there is one.

export type LonLat = readonly [number, number];

let looking: LonLat | null = null;

export function lookAt(point: LonLat): void {
  looking = point;
}

export const lookedAt = (): LonLat | null => looking;
