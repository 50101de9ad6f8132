// What the register's forms may choose from: units of the tree, depots, vehicles, words of a fixed set.
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { readPage } from "../../api/list";
import { readAreas, readUnits } from "../../api/register";
import type { LiveRow } from "../../api/vehicles";
import type { Choice } from "../../parts/form/fields";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";

export function useUnitChoices(): readonly Choice[] {
  const { t } = useTranslation();
  const named = useName();
  const units = useQuery({ queryKey: ["units", "all"], queryFn: readUnits, staleTime: 60_000 });
  return (units.data ?? [])
    .filter(({ active }) => active)
    .map(({ id, name, name_en, code }) => ({
      value: id,
      label: t("unit.withCode", { name: named(name, name_en), code }),
    }));
}

export function useDepotChoices(): readonly Choice[] {
  const named = useName();
  const depots = useQuery({
    queryKey: ["areas", "depot"],
    queryFn: () => readAreas("depot"),
    staleTime: 60_000,
  });
  return (depots.data ?? []).map(({ id, name, name_en }) => ({
    value: id,
    label: named(name, name_en) ?? name,
  }));
}

export function useVehicles(): readonly LiveRow[] {
  const vehicles = useQuery({
    queryKey: ["vehicles", "choices"],
    queryFn: ({ signal }) => readPage<LiveRow>("/api/vehicles", { limit: 500, sort: "plate" }, signal),
    staleTime: 60_000,
  });
  return vehicles.data?.items ?? [];
}

export const vehicleChoices = (vehicles: readonly LiveRow[]): readonly Choice[] =>
  vehicles.map(({ id, plate }) => ({ value: id, label: showPlate(plate) }));

export const wordChoices = (t: TFunction, group: string, codes: readonly string[]): readonly Choice[] =>
  codes.map((value) => ({ value, label: wordFor(t, group, value) }));

export const VEHICLE_CLASSES = [
  "confidential_courier",
  "emergency_support",
  "law_enforcement",
  "special_technical",
  "leader_in_kind",
  "other",
] as const;
export const VEHICLE_STATUSES = [
  "planned",
  "registered",
  "in_service",
  "in_repair",
  "idle",
  "sealed",
  "pending_disposal",
  "disposed",
] as const;
export const ENERGIES = ["petrol", "diesel", "bev", "phev"] as const;
export const ROLES = [
  "employee",
  "unit_admin",
  "approver",
  "driver",
  "dispatcher",
  "fleet_admin",
  "inspector",
  "finance",
  "device_engineer",
  "hotline",
  "system_admin",
] as const;
export const LICENCE_CLASSES = ["A1", "A2", "A3", "B1", "B2", "C1", "C2"] as const;
