// Whether this browser has signed in before: the cookie itself is hidden from scripts, and asking the server
// without one would only be refused.
const KEY = "daylight.signed-in";

export const signedInMark = {
  set: (): void => window.localStorage.setItem(KEY, "yes"),
  clear: (): void => window.localStorage.removeItem(KEY),
  read: (): boolean => window.localStorage.getItem(KEY) === "yes",
};
