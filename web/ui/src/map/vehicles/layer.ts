// MapLibre's custom layer that draws the fleet: one draw call, moved between fixes by the graphics card.
// Redraws all the time only while something glides and the machine keeps up; otherwise only on new data.
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from "maplibre-gl";
import type { Fleet } from "../../live/fleet";
import { VEHICLE_STATES } from "../../live/frame";
import { rgb, type Scheme, STATE_COLOURS } from "../style/palette";
import {
  FLOATS_PER_VEHICLE,
  fillBuffer,
  type Glide,
  glidePosition,
  type MercatorPoint,
  nextGlide,
} from "./buffer";
import { FramePace } from "./pace";
import { buildProgram, type VehicleProgram } from "./program";

export const VEHICLE_LAYER_ID = "vehicles";
/** Below this zoom the clusters speak for the vehicles. */
export const CLUSTER_BELOW_ZOOM = 10;

export class VehicleLayer implements CustomLayerInterface {
  readonly id = VEHICLE_LAYER_ID;
  readonly type = "custom" as const;
  readonly renderingMode = "2d" as const;
  private map: MapLibreMap | null = null;
  private gl: WebGL2RenderingContext | null = null;
  private parts: VehicleProgram | null = null;
  private glides = new Map<number, Glide>();
  private fleet: Fleet | null = null;
  private selectedNo: number | null = null;
  private shown = 31;
  private count = 0;
  private restS = 0;
  private stale = false;
  private readonly bornMs = performance.now();
  private readonly pace = new FramePace();

  constructor(
    private readonly origin: MercatorPoint,
    private readonly scheme: Scheme,
    private readonly reducedMotion: boolean,
  ) {}

  onAdd(map: MapLibreMap, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.map = map;
    this.gl = gl as WebGL2RenderingContext;
    // Of a map that is gone, or whose graphics card was taken away: nothing to draw on, and no reason to fail.
    this.parts = this.gl.isContextLost() ? null : buildProgram(this.gl);
    this.stale = true;
  }

  onRemove(): void {
    if (this.gl && this.parts) {
      this.gl.deleteProgram(this.parts.program);
      this.gl.deleteBuffer(this.parts.buffer);
      this.gl.deleteVertexArray(this.parts.array);
    }
    this.parts = null;
  }

  show(fleet: Fleet): void {
    if (fleet === this.fleet) return;
    const nowS = this.nowS();
    const animate = !this.reducedMotion && this.pace.keepsUp();
    const next = new Map<number, Glide>();
    for (const vehicle of fleet.vehicles.values()) {
      const current = this.glides.get(vehicle.vehicleNo);
      const moved = !current || this.fleet?.vehicles.get(vehicle.vehicleNo)?.fixedMs !== vehicle.fixedMs;
      const glide = moved ? nextGlide(vehicle, current, this.origin, nowS, animate) : current;
      next.set(vehicle.vehicleNo, glide);
      this.restS = Math.max(this.restS, glide.startS + glide.durationS);
    }
    this.glides = next;
    this.fleet = fleet;
    this.refresh();
  }

  select(vehicleNo: number | null): void {
    this.selectedNo = vehicleNo;
    this.refresh();
  }

  /** Which states are drawn, one bit each in the order of VEHICLE_STATES. */
  filter(shown: number): void {
    this.shown = shown;
    this.map?.triggerRepaint();
  }

  /** Where a vehicle is drawn right now, Mercator 0..1; null when it is not there. */
  positionOf(vehicleNo: number): MercatorPoint | null {
    const glide = this.glides.get(vehicleNo);
    if (!glide) return null;
    const point = glidePosition(glide, this.nowS());
    return { x: point.x + this.origin.x, y: point.y + this.origin.y };
  }

  isShown(vehicleNo: number): boolean {
    const vehicle = this.fleet?.vehicles.get(vehicleNo);
    return vehicle !== undefined && ((this.shown >> VEHICLE_STATES.indexOf(vehicle.state)) & 1) === 1;
  }

  render(glAny: WebGLRenderingContext | WebGL2RenderingContext, args: CustomRenderMethodInput): void {
    const gl = glAny as WebGL2RenderingContext;
    const map = this.map;
    if (!this.parts || !map || !this.fleet || map.getZoom() < CLUSTER_BELOW_ZOOM) return;
    this.pace.tick(performance.now());
    const { program, array, uniform } = this.parts;
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's word for choosing a program, not a hook
    gl.useProgram(program);
    gl.bindVertexArray(array);
    if (this.stale) this.upload(gl);
    gl.uniformMatrix4fv(
      uniform("u_matrix"),
      false,
      this.matrixAtOrigin(args.defaultProjectionData.mainMatrix),
    );
    gl.uniform1f(uniform("u_now"), this.nowS());
    gl.uniform1f(uniform("u_size"), this.sizePx(map.getZoom()));
    gl.uniform1i(uniform("u_shown"), this.shown);
    gl.uniform3fv(
      uniform("u_colours"),
      VEHICLE_STATES.flatMap((state) => rgb(STATE_COLOURS[this.scheme][state])),
    );
    gl.uniform3fv(uniform("u_edge"), rgb(this.scheme === "light" ? "#ffffff" : "#0f1115"));
    gl.uniform3fv(uniform("u_accent"), rgb(this.scheme === "light" ? "#364fc7" : "#91a7ff"));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, this.count);
    gl.bindVertexArray(null);
    if (this.nowS() < this.restS) map.triggerRepaint();
    else this.pace.pause();
  }

  private refresh(): void {
    this.stale = true;
    this.map?.triggerRepaint();
  }

  private upload(gl: WebGL2RenderingContext): void {
    if (!this.fleet || !this.parts) return;
    const array = fillBuffer(this.fleet, this.glides, this.selectedNo);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.parts.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    this.count = array.length / FLOATS_PER_VEHICLE;
    this.stale = false;
  }

  private nowS(): number {
    return (performance.now() - this.bornMs) / 1000;
  }

  private sizePx(zoom: number): number {
    const css = Math.min(26, 15 + Math.max(0, zoom - CLUSTER_BELOW_ZOOM) * 2.2);
    return Math.min(48, css * (window.devicePixelRatio || 1));
  }

  /** The camera matrix moved to the origin in 64 bits before it shrinks to 32. */
  private matrixAtOrigin(matrix: ArrayLike<number>): Float32Array {
    const m = Float64Array.from(matrix);
    const at = (index: number) => m[index] ?? 0;
    const moved = Float64Array.from(m);
    for (let row = 0; row < 4; row += 1) {
      moved[12 + row] = at(row) * this.origin.x + at(4 + row) * this.origin.y + at(12 + row);
    }
    return Float32Array.from(moved);
  }
}
