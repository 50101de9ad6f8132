// The last purpose a person stated in this tab; offered again, also after a reload, so that one inquiry is not
// typed ten times. It is still sent, and recorded, with every look.
const KEY = "daylight.purpose";

export const lastPurpose = (): string => window.sessionStorage.getItem(KEY) ?? "";
export const rememberPurpose = (purpose: string): void => window.sessionStorage.setItem(KEY, purpose);
export const forgetPurpose = (): void => window.sessionStorage.removeItem(KEY);
