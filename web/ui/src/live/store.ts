// The live fleet for the components: opens the socket while somebody looks, folds frames, tells listeners
// once per frame. The newest frame wins: a hidden tab catches up with one fold, never with a queue.
import { sessionExpired } from "../session/expiry";
import { EMPTY_FLEET, type Fleet, foldFrame } from "./fleet";
import type { Frame } from "./frame";
import { type Connection, openLive } from "./socket";

export interface LiveView {
  readonly fleet: Fleet;
  readonly connection: Connection;
  /** Server clock minus this machine's clock, ms; data ages are computed with it. */
  readonly clockOffsetMs: number;
}

type Listener = () => void;

let view: LiveView = { fleet: EMPTY_FLEET, connection: "connecting", clockOffsetMs: 0 };
const listeners = new Set<Listener>();
let close: (() => void) | null = null;

function publish(next: LiveView): void {
  view = next;
  for (const listener of listeners) listener();
}

function takeFrame(frame: Frame): void {
  const offset = frame.frameMs - Date.now();
  publish({ ...view, fleet: foldFrame(view.fleet, frame), clockOffsetMs: offset });
}

function takeConnection(connection: Connection): void {
  if (connection === "expired") sessionExpired.announce();
  if (connection !== view.connection) publish({ ...view, connection });
}

export const liveStore = {
  read: (): LiveView => view,
  subscribe(listener: Listener, purpose?: string): () => void {
    listeners.add(listener);
    if (!close) close = openLive({ onFrame: takeFrame, onConnection: takeConnection }, purpose);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      close?.();
      close = null;
      view = { ...view, connection: "connecting" };
    };
  },
  /** Forget everything seen; called when another person signs in. */
  forget(): void {
    publish({ fleet: EMPTY_FLEET, connection: "connecting", clockOffsetMs: 0 });
  },
};
