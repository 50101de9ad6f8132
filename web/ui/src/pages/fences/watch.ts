// What is kept of a fence and who hears of it at once, as the server stores it (docs/fences.md).
export const PASSING = ["enter", "exit", "cross", "dwell"] as const;
export const EVENTS = [...PASSING, "inside", "absent"] as const;
export const TELLS = ["unit_admin", "dispatcher", "fleet_admin", "inspector"] as const;
export const MOST_SCHEDULES = 20;
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export interface Schedule {
  readonly days: readonly number[]; // 1 = Monday
  readonly at: string; // HH:MM
  readonly tell: string; // inside, absent
}

export interface Watch {
  readonly events: readonly string[];
  readonly dwell_min: number;
  readonly schedules: readonly Schedule[];
  readonly tell: readonly string[];
}

export const NO_WATCH: Watch = { events: [], dwell_min: 15, schedules: [], tell: [] };

export const watchOf = (raw: Readonly<Record<string, unknown>>): Watch => ({ ...NO_WATCH, ...raw }) as Watch;
