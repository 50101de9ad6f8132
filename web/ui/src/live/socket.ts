// Keeps one WebSocket to /api/live open: asks for a ticket, connects, resumes after a break from the last
// token, gives up never. Hands frames on; draws nothing and keeps no vehicles.
import { isProblem } from "../api/client";
import { liveTicket } from "../api/session";
import { waitBeforeAttempt } from "./backoff";
import { decodeFrame, type Frame } from "./frame";

export type Connection = "connecting" | "open" | "lost" | "refused" | "expired";

export interface SocketHandlers {
  onFrame: (frame: Frame) => void;
  onConnection: (connection: Connection) => void;
}

/** No frame for this long means the line is dead even if the browser has not noticed. */
const SILENCE_MS = 20_000;

/** `purpose` is why this person looks, where that must be said; every connection is recorded with it. */
export function openLive(handlers: SocketHandlers, purpose?: string): () => void {
  let socket: WebSocket | null = null;
  let epochMs = 0;
  let resumeToken = 0n;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const later = () => {
    if (closed) return;
    failures += 1;
    clearTimeout(timer);
    timer = setTimeout(connect, waitBeforeAttempt(failures, Math.random()));
  };

  const listenForSilence = () => {
    clearTimeout(timer);
    timer = setTimeout(() => socket?.close(), SILENCE_MS);
  };

  const receive = (event: MessageEvent) => {
    listenForSilence();
    if (typeof event.data === "string") {
      const hello = JSON.parse(event.data) as { epoch_ms?: number };
      if (typeof hello.epoch_ms === "number") epochMs = hello.epoch_ms;
      return;
    }
    const frame = decodeFrame(event.data as ArrayBuffer, epochMs);
    resumeToken = frame.resumeToken;
    failures = 0;
    handlers.onConnection("open");
    handlers.onFrame(frame);
  };

  async function connect(): Promise<void> {
    if (closed) return;
    handlers.onConnection(failures > 0 ? "lost" : "connecting");
    try {
      const ticket = await liveTicket(purpose);
      if (closed) return;
      socket = new WebSocket(addressOf(ticket, resumeToken));
      socket.binaryType = "arraybuffer";
      socket.onopen = listenForSilence;
      socket.onmessage = receive;
      socket.onclose = () => {
        if (closed) return;
        handlers.onConnection("lost");
        later();
      };
    } catch (error) {
      handlers.onConnection(outcomeOf(error));
      later();
    }
  }

  const wake = () => {
    if (!closed && socket?.readyState !== WebSocket.OPEN && socket?.readyState !== WebSocket.CONNECTING) {
      clearTimeout(timer);
      void connect();
    }
  };
  window.addEventListener("online", wake);
  void connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    window.removeEventListener("online", wake);
    if (socket) socket.onclose = null;
    socket?.close();
  };
}

function outcomeOf(error: unknown): Connection {
  if (!isProblem(error)) return "lost";
  if (error.status === 401) return "expired";
  return error.status === 403 ? "refused" : "lost";
}

function addressOf(ticket: string, resumeToken: bigint): string {
  const address = new URL("/api/live", window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("ticket", ticket);
  if (resumeToken > 0n) address.searchParams.set("resume", resumeToken.toString());
  return address.toString();
}
