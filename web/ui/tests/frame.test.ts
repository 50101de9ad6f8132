// @vitest-environment node
// Live frames: the bytes of docs/live-format.md become values, anything else a named rejection.
import { describe, expect, it } from "vitest";
import { decodeFrame, UnreadableFrame } from "../src/live/frame";

const EPOCH_MS = 1_577_836_800_000;

function frame(kind: number, count: number, each: number, version = 1): DataView {
  const view = new DataView(new ArrayBuffer(24 + count * each));
  view.setUint8(0, version);
  view.setUint8(1, kind);
  view.setUint32(4, count, true);
  view.setFloat64(8, EPOCH_MS + 5000, true);
  view.setBigUint64(16, 77n, true);
  return view;
}

describe("decodeFrame", () => {
  it("reads one vehicle with all its fields", () => {
    const view = frame(1, 1, 32);
    view.setUint32(24, 42, true);
    view.setInt32(28, 1_163_900_000, true);
    view.setInt32(32, -399_100_000, true);
    view.setUint32(36, 3, true);
    view.setUint16(40, 455, true);
    view.setUint16(42, 270, true);
    view.setUint8(44, 4);
    view.setUint8(45, 3);
    view.setUint16(46, 250, true);
    view.setUint32(48, 1001, true);
    view.setUint32(52, 12, true);
    const { kind, fixes, frameMs, resumeToken } = decodeFrame(view.buffer as ArrayBuffer, EPOCH_MS);
    expect({ kind, frameMs, resumeToken }).toEqual({
      kind: "delta",
      frameMs: EPOCH_MS + 5000,
      resumeToken: 77n,
    });
    expect(fixes).toEqual([
      {
        vehicleNo: 42,
        lon: 116.39,
        lat: -39.91,
        fixedMs: EPOCH_MS + 3250,
        speedKmh: 45.5,
        headingDeg: 270,
        state: "suspected",
        ignition: true,
        poor: true,
        quality: 12,
        orderNo: 1001,
      },
    ]);
  });

  it("keeps unknown speed, heading and order apart from zero", () => {
    const view = frame(0, 1, 32);
    view.setUint16(40, 0xffff, true);
    view.setUint16(42, 0xffff, true);
    const [fix] = decodeFrame(view.buffer as ArrayBuffer, EPOCH_MS).fixes;
    expect(fix).toMatchObject({ speedKmh: null, headingDeg: null, orderNo: null });
  });

  it("reads the numbers of removed vehicles", () => {
    const view = frame(2, 2, 4);
    view.setUint32(24, 7, true);
    view.setUint32(28, 9, true);
    expect(decodeFrame(view.buffer as ArrayBuffer, EPOCH_MS).removed).toEqual([7, 9]);
  });

  it("rejects another version, an unknown kind and a wrong length", () => {
    const cut = frame(1, 2, 32).buffer.slice(0, 60) as ArrayBuffer;
    for (const buffer of [frame(1, 0, 32, 2).buffer, frame(9, 0, 32).buffer, cut, new ArrayBuffer(3)]) {
      expect(() => decodeFrame(buffer as ArrayBuffer, EPOCH_MS)).toThrow(UnreadableFrame);
    }
  });
});
