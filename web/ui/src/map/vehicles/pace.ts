// Whether this machine can afford to redraw all the time. Measures the spacing of consecutive frames; once
// frames come slower than ten a second (software drawing), vehicles jump with the data instead of gliding.
const ENOUGH_FRAMES = 12;
const SLOWEST_MS = 100;

export class FramePace {
  private lastMs: number | null = null;
  private meanMs = 16;
  private frames = 0;

  tick(nowMs: number): void {
    if (this.lastMs !== null) {
      const spacing = nowMs - this.lastMs;
      if (spacing < 1000) {
        this.meanMs += (spacing - this.meanMs) * 0.15;
        this.frames += 1;
      }
    }
    this.lastMs = nowMs;
  }

  /** The picture rests: the time until the next frame says nothing about speed. */
  pause(): void {
    this.lastMs = null;
  }

  keepsUp(): boolean {
    return this.frames < ENOUGH_FRAMES || this.meanMs < SLOWEST_MS;
  }
}
