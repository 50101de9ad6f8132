// What each person is offered, by right. The server enforces; this only keeps menus honest. Order matters:
// the first entry a person has is where they land, and the first three are on the phone's bottom bar.
import type { Session } from "../api/session";
import type { IconName } from "../parts/Icon";

export type Group = "work" | "setup" | "know";

export interface MenuEntry {
  readonly path: string;
  /** Key under shell.menu, also of the page's title. */
  readonly name: string;
  readonly icon: IconName;
  readonly group: Group;
  /** Any of these rights offers the entry; none needed when this and `linked` are empty. */
  readonly rights: readonly string[];
  /** Rights with which the page may be opened, from links, without being in the menu. */
  readonly linked?: readonly string[];
}

const ENTRIES: readonly MenuEntry[] = [
  { path: "/map", name: "map", icon: "map", group: "work", rights: ["track.view"] },
  { path: "/alerts", name: "alerts", icon: "alert", group: "work", rights: ["alert.view"] },
  { path: "/replay", name: "replay", icon: "clock", group: "work", rights: ["track.view"] },
  { path: "/dispatch", name: "dispatch", icon: "dispatch", group: "work", rights: ["order.assign"] },
  { path: "/drive", name: "drive", icon: "drive", group: "work", rights: ["order.drive"] },
  { path: "/approve", name: "approve", icon: "approve", group: "work", rights: ["order.approve"] },
  { path: "/book", name: "book", icon: "book", group: "work", rights: ["order.book"] },
  {
    path: "/trips",
    name: "trips",
    icon: "trips",
    group: "work",
    rights: ["order.book", "order.assign", "order.settle"],
    linked: ["order.drive", "alert.view"],
  },
  { path: "/share", name: "share", icon: "vehicles", group: "work", rights: ["share.view"] },
  { path: "/vehicles", name: "drives", icon: "vehicles", group: "work", rights: [], linked: ["track.view"] },
  { path: "/admin/vehicles", name: "vehicles", icon: "vehicles", group: "setup", rights: ["vehicle.view"] },
  { path: "/admin/drivers", name: "drivers", icon: "drive", group: "setup", rights: ["roster.view"] },
  { path: "/admin/mileage", name: "mileage", icon: "trips", group: "setup", rights: ["mileage.view"] },
  {
    path: "/admin/statements",
    name: "statements",
    icon: "table",
    group: "setup",
    rights: ["statement.view"],
  },
  { path: "/admin/sizing", name: "sizing", icon: "vehicles", group: "setup", rights: ["sizing.view"] },
  {
    path: "/admin/fleet-policy",
    name: "fleetPolicy",
    icon: "list",
    group: "setup",
    rights: ["fleet_policy.view"],
  },
  { path: "/admin/tariffs", name: "tariffs", icon: "list", group: "setup", rights: ["tariff.view"] },
  { path: "/lending", name: "lending", icon: "vehicles", group: "work", rights: ["lending.view"] },
  { path: "/admin/vendors", name: "vendors", icon: "list", group: "setup", rights: ["vendor.view"] },
  { path: "/admin/devices", name: "devices", icon: "devices", group: "setup", rights: ["device.view"] },
  { path: "/admin/health", name: "health", icon: "health", group: "setup", rights: ["device.view"] },
  { path: "/admin/tickets", name: "tickets", icon: "tickets", group: "setup", rights: ["device.view"] },
  { path: "/admin/commands", name: "commands", icon: "commands", group: "setup", rights: ["device.view"] },
  { path: "/admin/people", name: "people", icon: "people", group: "setup", rights: ["person.view"] },
  {
    path: "/admin/units",
    name: "units",
    icon: "units",
    group: "setup",
    rights: ["unit.edit", "person.view"],
  },
  { path: "/admin/areas", name: "areas", icon: "areas", group: "setup", rights: ["area.view"] },
  { path: "/admin/places", name: "places", icon: "pin", group: "setup", rights: ["place.view"] },
  { path: "/admin/calendar", name: "calendar", icon: "calendar", group: "know", rights: [] },
  { path: "/admin/rules", name: "rules", icon: "rules", group: "know", rights: [] },
  { path: "/help", name: "help", icon: "help", group: "know", rights: [] },
];

/** Which entries come first for whom: the page a role opens ten times a day. */
const FIRST_BY_ROLE: readonly (readonly [role: string, paths: readonly string[]])[] = [
  ["dispatcher", ["/map", "/dispatch", "/alerts"]],
  ["inspector", ["/alerts", "/map"]],
  ["fleet_admin", ["/map", "/alerts", "/admin/vehicles"]],
  ["driver", ["/drive", "/map"]],
  ["approver", ["/approve", "/alerts"]],
  ["unit_admin", ["/map", "/alerts", "/book"]],
  ["system_admin", ["/admin/people", "/admin/units", "/admin/devices"]],
  ["device_engineer", ["/admin/health", "/admin/tickets", "/admin/commands", "/admin/devices"]],
  ["employee", ["/book", "/trips", "/map"]],
];

export function menuFor(session: Pick<Session, "rights" | "roles">): readonly MenuEntry[] {
  const offered = ENTRIES.filter(
    ({ rights, linked = [] }) =>
      (rights.length === 0 && linked.length === 0) || rights.some((right) => session.rights.includes(right)),
  );
  const held = new Set(session.roles.map(({ role }) => role));
  const first = FIRST_BY_ROLE.find(([role]) => held.has(role))?.[1] ?? [];
  const place = (entry: MenuEntry) => {
    const index = first.indexOf(entry.path);
    return index < 0 ? first.length : index;
  };
  return [...offered].sort((a, b) => place(a) - place(b));
}

export const homeFor = (session: Pick<Session, "rights" | "roles">): string =>
  menuFor(session)[0]?.path ?? "/help";

const ONE_OF = /^\/(?:(?:trips|alerts|admin\/tickets|admin\/commands)\/(.+)|vehicles\/(.+)\/drives)$/;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type Admission = { readonly may: true } | { readonly may: false; readonly entry: MenuEntry | null };

/** Whether a page is this person's: if not, whose it would be (`entry`), or that there is no such page. */
export function admission(session: Pick<Session, "rights">, pathname: string): Admission {
  const id = ONE_OF.exec(pathname)?.slice(1).find(Boolean);
  if (id !== undefined && !ID.test(id)) return { may: false, entry: null };
  const entry = ENTRIES.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
  const rights = entry ? [...entry.rights, ...(entry.linked ?? [])] : [];
  const may = rights.length === 0 || rights.some((right) => session.rights.includes(right));
  return may ? { may } : { may, entry: entry ?? null };
}
