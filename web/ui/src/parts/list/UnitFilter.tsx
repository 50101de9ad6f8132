// One filter of a list: a unit, all when empty. Absent while there is only one to choose from.
import { useQuery } from "@tanstack/react-query";
import { readUnits } from "../../api/register";
import { useName } from "../../text/names";
import { ChoiceFilter } from "./ChoiceFilter";
import type { ListState } from "./useListState";

export function UnitFilter({ state, label }: { state: ListState; label: string }) {
  const name = useName();
  const units = useQuery({ queryKey: ["units", "all"], queryFn: readUnits, staleTime: 60_000 });
  const choices = (units.data ?? []).map((unit) => ({
    value: unit.id,
    label: name(unit.name, unit.name_en) ?? unit.code,
  }));
  if (choices.length < 2) return null;
  return <ChoiceFilter state={state} name="unit" label={label} choices={choices} />;
}
