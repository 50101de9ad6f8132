// The live fleet as a React value; components that use it render once per frame, the map does not.
import { useSyncExternalStore } from "react";
import { type LiveView, liveStore } from "./store";

export const useLive = (): LiveView => useSyncExternalStore(liveStore.subscribe, liveStore.read);
