// The steps of an order as people meet them: what each asks for, which need no second thought, and what a
// driver's day looks like. Which are possible now the server says. Pure.
import type { Step } from "../../api/orders";
import type { Allowances } from "../../parts/StepDialog";

export type Question = "opinion" | "reason" | "odometer" | "rating" | "allowances" | "settlement";

/** What each step asks before it is taken; steps without a row here are taken at once. */
export const ASKS: Partial<Record<Step, readonly Question[]>> = {
  approve: ["allowances", "opinion"],
  approve_late: ["opinion"],
  override: ["reason"],
  reject: ["reason"],
  withdraw: ["opinion"],
  cancel: ["reason"],
  unassign: ["reason"],
  refuse: ["reason"],
  no_show: ["reason"],
  break_down: ["reason"],
  depart: ["odometer"],
  return: ["odometer"],
  return_for_driver: ["reason", "odometer"],
  receipt: ["rating", "opinion"],
  settle: ["settlement"],
};

/** Steps whose consequence is said before they are taken. */
export const EXPLAINED: readonly Step[] = [
  "override",
  "withdraw",
  "cancel",
  "refuse",
  "unassign",
  "no_show",
  "break_down",
  "settle",
];

/** Steps offered as plain buttons, in the order they are shown; assigning has its own page. */
const OFFERED: readonly Step[] = [
  "submit",
  "approve",
  "override",
  "approve_late",
  "accept",
  "depart",
  "arrive",
  "return",
  "return_for_driver",
  "receipt",
  "settle",
  "reject",
  "refuse",
  "no_show",
  "break_down",
  "unassign",
  "withdraw",
  "cancel",
];

const UNWELCOME: readonly Step[] = [
  "override",
  "return_for_driver",
  "reject",
  "refuse",
  "no_show",
  "break_down",
  "unassign",
  "withdraw",
  "cancel",
];

/** Before anybody has decided a request is withdrawn, afterwards the use of the vehicle is cancelled: never both. */
const UNDECIDED = ["draft", "submitted"];

export const offeredSteps = (possible: readonly string[], state: string): Step[] =>
  OFFERED.filter(
    (step) =>
      possible.includes(step) &&
      (step !== "withdraw" || UNDECIDED.includes(state)) &&
      (step !== "cancel" || !UNDECIDED.includes(state)),
  );

/** The one step that comes next, shown as such; the others stand back. */
export const primaryStep = (steps: readonly Step[]): Step | undefined =>
  steps.find((step) => !UNWELCOME.includes(step));

const DRIVING: Record<string, readonly Step[]> = {
  assigned: ["accept", "refuse"],
  driver_accepted: ["depart"],
  departed: ["arrive", "return"],
  in_use: ["return"],
  extended: ["return"],
  emergency_started: ["return"],
};

/** What comes next for the driver of an order. */
export const drivingSteps = (state: string): readonly Step[] => DRIVING[state] ?? [];

/** The usual way of an order, for the state line. */
export const USUAL_WAY = [
  "submitted",
  "unit_approved",
  "assigned",
  "departed",
  "returned",
  "receipted",
  "settled",
] as const;

const PLACE_ON_WAY: Record<string, number> = {
  draft: -1,
  submitted: 0,
  unit_approved: 1,
  centre_reviewed: 1,
  reassigning: 1,
  assigned: 2,
  driver_accepted: 2,
  departed: 3,
  in_use: 3,
  extended: 3,
  emergency_started: 3,
  broken_down: 3,
  returned: 4,
  receipted: 5,
  settled: 6,
  archived: 6,
};

/** How far an order has come on the usual way; null when it has left it. */
export const placeOnWay = (state: string): number | null => PLACE_ON_WAY[state] ?? null;

/** What approving has to allow, from the server's hints. */
export const allowancesOf = (hints: readonly { readonly code: string }[]): Allowances => ({
  offHours: hints.some(({ code }) => code === "quiet_hours"),
  dayOff: hints.some(({ code }) => code === "not_a_workday"),
});
