// The live fleet as a React value; components that use it render once per frame, the map does not.
import { useCallback, useSyncExternalStore } from "react";
import { type LiveView, liveStore } from "./store";

/** `purpose`: why this person looks, where that must be said. */
export function useLive(purpose?: string): LiveView {
  const subscribe = useCallback((listener: () => void) => liveStore.subscribe(listener, purpose), [purpose]);
  return useSyncExternalStore(subscribe, liveStore.read);
}
