// The last purpose a person stated in this tab; offered again so that one inquiry is not typed ten times.
// It is still sent, and recorded, with every look.
let last = "";

export const lastPurpose = (): string => last;

export function rememberPurpose(purpose: string): void {
  last = purpose;
}
