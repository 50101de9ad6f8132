// What is played, in the address: vehicles, from, to. Pure.
export const MOST_VEHICLES = 20;
export const MOST_VEHICLE_HOURS = 480;
const USUAL_HOURS = 12;
const HOUR_MS = 3_600_000;

export interface Wish {
  readonly vehicles: string[];
  readonly from: string;
  readonly to: string;
}

export const hoursOf = ({ vehicles, from, to }: Wish): number =>
  (vehicles.length * (Date.parse(to) - Date.parse(from))) / HOUR_MS;

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const instant = (text: string | null): string | null => {
  const ms = Date.parse(text ?? "");
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
};

/** Without a time the last twelve hours; half a time is filled up to as long. */
export function wishOf(search: URLSearchParams, nowMs: number): Wish {
  const vehicles = [...new Set((search.get("vehicles") ?? "").split(",").filter((each) => ID.test(each)))];
  const [from, to] = [instant(search.get("from")), instant(search.get("to"))];
  const last = to ?? new Date(from ? Date.parse(from) + USUAL_HOURS * HOUR_MS : nowMs).toISOString();
  return {
    vehicles: vehicles.slice(0, MOST_VEHICLES),
    from: from ?? new Date(Date.parse(last) - USUAL_HOURS * HOUR_MS).toISOString(),
    to: last,
  };
}

export const addressOf = ({ vehicles, from, to }: Wish): Record<string, string> => ({
  vehicles: vehicles.join(","),
  from,
  to,
});

/** The way to a replay of one vehicle around a span, some minutes before and after. */
export function replayAddress(vehicleId: string, fromMs: number, toMs: number, aroundMin = 10): string {
  const around = aroundMin * 60_000;
  const wish = {
    vehicles: [vehicleId],
    from: new Date(fromMs - around).toISOString(),
    to: new Date(toMs + around).toISOString(),
  };
  return `/replay?${new URLSearchParams({ ...addressOf(wish), at: new Date(fromMs).toISOString() })}`;
}
