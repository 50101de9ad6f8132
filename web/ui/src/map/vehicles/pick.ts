// Finds the vehicle under the pointer by scanning screen positions; ties go to the nearest. Pure.
export interface Candidate {
  readonly vehicleNo: number;
  readonly x: number;
  readonly y: number;
}

export function nearest(
  candidates: Iterable<Candidate>,
  x: number,
  y: number,
  reachPx: number,
): number | null {
  let best: number | null = null;
  let bestDistance = reachPx;
  for (const candidate of candidates) {
    const distance = Math.hypot(candidate.x - x, candidate.y - y);
    if (distance <= bestDistance) {
      best = candidate.vehicleNo;
      bestDistance = distance;
    }
  }
  return best;
}
