// Roles as a set: their order says nothing. Pure.
import type { RoleHeld } from "../../api/register";

const written = (roles: readonly RoleHeld[]): string =>
  [...new Set(roles.map(({ role, unit_id }) => `${role}@${unit_id}`))].sort().join(" ");

export const sameRoles = (one: readonly RoleHeld[], other: readonly RoleHeld[]): boolean =>
  written(one) === written(other);

/** A role as it is sent; rows of the list also carry the unit's name. */
export const plainRole = ({ role, unit_id }: RoleHeld): RoleHeld => ({ role, unit_id });
