// Reads the binary frames of /api/live (docs/live-format.md). Bytes in, values or a named rejection out;
// knows no socket, no clock and no map.
export const FORMAT_VERSION = 1;
const HEADER_BYTES = 24;
const RECORD_BYTES = 32;
const UNKNOWN_U16 = 0xffff;

export const FRAME_KINDS = ["snapshot", "delta", "removed"] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

/** How a vehicle is drawn. The numbers are the wire's. */
export const VEHICLE_STATES = ["silent", "parked", "on_order", "no_order", "suspected"] as const;
export type VehicleState = (typeof VEHICLE_STATES)[number];

export interface LiveFix {
  readonly vehicleNo: number;
  readonly lon: number;
  readonly lat: number;
  /** Time of the fix, epoch ms. */
  readonly fixedMs: number;
  /** Absent when the locator did not say. */
  readonly speedKmh: number | null;
  readonly headingDeg: number | null;
  readonly state: VehicleState;
  readonly ignition: boolean;
  readonly poor: boolean;
  /** What is said against the fix: bits, read by live/quality.ts. */
  readonly quality: number;
  /** Number of the running order; null without one. */
  readonly orderNo: number | null;
}

export interface Frame {
  readonly kind: FrameKind;
  /** The server's clock when the frame was made, epoch ms. */
  readonly frameMs: number;
  readonly resumeToken: bigint;
  readonly fixes: readonly LiveFix[];
  readonly removed: readonly number[];
}

export class UnreadableFrame extends Error {
  override readonly name = "UnreadableFrame";
}

export function decodeFrame(buffer: ArrayBuffer, epochMs: number): Frame {
  if (buffer.byteLength < HEADER_BYTES) throw new UnreadableFrame(`${buffer.byteLength} bytes`);
  const view = new DataView(buffer);
  const version = view.getUint8(0);
  if (version !== FORMAT_VERSION) throw new UnreadableFrame(`format ${version}`);
  const kind = FRAME_KINDS[view.getUint8(1)];
  if (!kind) throw new UnreadableFrame(`kind ${view.getUint8(1)}`);
  const count = view.getUint32(4, true);
  const each = kind === "removed" ? 4 : RECORD_BYTES;
  if (buffer.byteLength !== HEADER_BYTES + count * each)
    throw new UnreadableFrame(`length of ${count} records`);
  const fixes: LiveFix[] = [];
  const removed: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = HEADER_BYTES + i * each;
    if (kind === "removed") removed.push(view.getUint32(at, true));
    else fixes.push(readFix(view, at, epochMs));
  }
  return {
    kind,
    frameMs: view.getFloat64(8, true),
    resumeToken: view.getBigUint64(16, true),
    fixes,
    removed,
  };
}

function readFix(view: DataView, at: number, epochMs: number): LiveFix {
  const speed = view.getUint16(at + 16, true);
  const heading = view.getUint16(at + 18, true);
  const flags = view.getUint8(at + 21);
  const orderNo = view.getUint32(at + 24, true);
  return {
    vehicleNo: view.getUint32(at, true),
    lon: view.getInt32(at + 4, true) / 1e7,
    lat: view.getInt32(at + 8, true) / 1e7,
    fixedMs: epochMs + view.getUint32(at + 12, true) * 1000 + view.getUint16(at + 22, true),
    speedKmh: speed === UNKNOWN_U16 ? null : speed / 10,
    headingDeg: heading === UNKNOWN_U16 ? null : heading,
    state: VEHICLE_STATES[view.getUint8(at + 20)] ?? "silent",
    ignition: (flags & 1) !== 0,
    poor: (flags & 2) !== 0,
    quality: view.getUint32(at + 28, true),
    orderNo: orderNo === 0 ? null : orderNo,
  };
}
