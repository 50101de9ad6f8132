// A one-word signal between the HTTP layer and the shell: the server no longer knows this session.
type Listener = () => void;

const listeners = new Set<Listener>();
let expired = false;

function publish(value: boolean): void {
  if (expired === value) return;
  expired = value;
  for (const listener of listeners) listener();
}

export const sessionExpired = {
  announce: () => publish(true),
  clear: () => publish(false),
  read: () => expired,
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
