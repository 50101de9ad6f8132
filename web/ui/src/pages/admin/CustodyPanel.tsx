// Who owned, managed and used a vehicle over time, and handing it over; nothing before the hand-over changes.
import { Divider, Group, NativeSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { transferCustody } from "../../api/register";
import type { VehicleCard } from "../../api/vehicles";
import { instantToWall, wallToInstant } from "../../app/time";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { useUnitChoices } from "./choices";

const RELATIONS = ["user", "manager", "owner"] as const;
type Relation = (typeof RELATIONS)[number];
/** How far ahead a hand-over may be entered, as fleet/service.py has it. */
const AHEAD_MS = 31 * 24 * 3_600_000;

interface CustodyPanelProps {
  vehicle: VehicleCard;
  transferable?: boolean;
}

export function CustodyPanel({ vehicle, transferable = false }: CustodyPanelProps) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <Stack gap="xs">
      <Divider label={t("vehicle.custody")} mt="sm" />
      {(vehicle.custody ?? []).map((row) => (
        <Text size="sm" key={row.id}>
          <strong>{wordFor(t, "relation", row.relation)}</strong> {row.unit_name}{" "}
          <Text component="span" size="sm" c="dimmed">
            {time(row.start_at, "full")} – {row.end_at ? time(row.end_at, "full") : t("common.now")}
            {row.basis ? ` · ${row.basis}` : ""}
          </Text>
        </Text>
      ))}
      {transferable && <Transfer vehicle={vehicle} />}
    </Stack>
  );
}

function Transfer({ vehicle }: { vehicle: VehicleCard }) {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const [relation, setRelation] = useState<Relation>("user");
  const [unitId, setUnitId] = useState<string | null>(null);
  const [basis, setBasis] = useState("");
  const [sinceWall, setSinceWall] = useState<string | null>(null);
  const { timezone } = useConfig();
  const consequence = useConsequence(vehicle, relation, unitId, sinceWall);
  const hand = useAct({
    run: (body: Parameters<typeof transferCustody>[1], key) => transferCustody(vehicle.id, body, key),
    touches: ["vehicles"],
    done: t("vehicle.transferred"),
    quiet: true,
    after: () => setUnitId(null),
  });
  const send = () => {
    const since = sinceWall ? wallToInstant(sinceWall, timezone) : null;
    if (unitId) hand.mutate({ relation, unit_id: unitId, basis: basis.trim(), since });
  };
  return (
    <Stack gap="xs">
      <RefusalNote id={`custody-${vehicle.id}`} refusal={hand.error} />
      <Group align="flex-start" gap="xs">
        <NativeSelect
          label={t("vehicle.relation")}
          value={relation}
          data={RELATIONS.map((value) => ({ value, label: wordFor(t, "relation", value) }))}
          onChange={(event) => setRelation(event.currentTarget.value as Relation)}
          w={100}
        />
        <Select
          label={t("vehicle.newUnit")}
          data={[...units]}
          searchable
          required
          value={unitId}
          onChange={setUnitId}
          style={{ flex: "1 1 180px" }}
        />
        <TextInput
          label={t("vehicle.basis")}
          required
          maxLength={200}
          value={basis}
          onChange={(event) => setBasis(event.currentTarget.value)}
          style={{ flex: "1 1 140px" }}
        />
        <DateTimePicker
          label={t("vehicle.handOverAt")}
          placeholder={t("vehicle.handOverNow")}
          valueFormat="YYYY-MM-DD HH:mm"
          dropdownType="popover"
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          maxDate={instantToWall(Date.now() + AHEAD_MS, timezone)}
          value={sinceWall}
          onChange={setSinceWall}
          style={{ flex: "1 1 200px" }}
        />
      </Group>
      <Ask
        key={`${relation} ${unitId} ${sinceWall}`}
        label={t("vehicle.transfer")}
        consequence={consequence}
        busy={hand.isPending}
        disabled={!unitId || !basis.trim()}
        onConfirm={send}
      />
    </Stack>
  );
}

/** What handing over means, in one sentence. */
function useConsequence(
  vehicle: VehicleCard,
  relation: Relation,
  unitId: string | null,
  since: string | null,
): string {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const before = vehicle.custody.find((row) => row.relation === relation && row.end_at === null);
  return t("vehicle.transferMeans", {
    plate: showPlate(vehicle.plate),
    relation: wordFor(t, "relation", relation),
    from: before?.unit_name ?? t("common.none"),
    to: units.find(({ value }) => value === unitId)?.label ?? "—",
    since: since ? since.slice(0, 16) : t("vehicle.handOverNow"),
  });
}
