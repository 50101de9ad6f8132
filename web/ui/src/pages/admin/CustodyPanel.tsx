// Who owned, managed and used a vehicle over time, and handing it over from now on; nothing before changes.
import { Button, Divider, Group, NativeSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { transferCustody } from "../../api/register";
import type { VehicleCard } from "../../api/vehicles";
import { useTime } from "../../app/useTime";
import { useAct } from "../../parts/useAct";
import { wordFor } from "../../text/codes";
import { useUnitChoices } from "./choices";

const RELATIONS = ["user", "manager", "owner"] as const;

export function CustodyPanel({
  vehicle,
  transferable = false,
}: {
  vehicle: VehicleCard;
  transferable?: boolean;
}) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <Stack gap="xs">
      <Divider label={t("vehicle.custody")} mt="sm" />
      {(vehicle.custody ?? []).map((row) => (
        <Text size="sm" key={row.id}>
          <strong>{wordFor(t, "relation", row.relation)}</strong> {row.unit_name}{" "}
          <Text component="span" size="sm" c="dimmed">
            {time(row.start_at, "date")} – {row.end_at ? time(row.end_at, "date") : t("common.now")}
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
  const [relation, setRelation] = useState<(typeof RELATIONS)[number]>("user");
  const [unitId, setUnitId] = useState<string | null>(null);
  const [basis, setBasis] = useState("");
  const hand = useAct({
    run: (body: Parameters<typeof transferCustody>[1], key) => transferCustody(vehicle.id, body, key),
    touches: ["vehicles"],
    done: t("vehicle.transferred"),
    after: () => setUnitId(null),
  });
  return (
    <Group align="flex-end" gap="xs">
      <NativeSelect
        label={t("vehicle.relation")}
        value={relation}
        data={RELATIONS.map((value) => ({ value, label: wordFor(t, "relation", value) }))}
        onChange={(event) => setRelation(event.currentTarget.value as (typeof RELATIONS)[number])}
        w={90}
      />
      <Select
        label={t("vehicle.newUnit")}
        data={[...units]}
        searchable
        value={unitId}
        onChange={setUnitId}
        style={{ flex: "1 1 160px" }}
      />
      <TextInput
        label={t("vehicle.basis")}
        value={basis}
        onChange={(event) => setBasis(event.currentTarget.value)}
        style={{ flex: "1 1 140px" }}
      />
      <Button
        variant="default"
        loading={hand.isPending}
        disabled={!unitId || !basis.trim()}
        onClick={() => unitId && hand.mutate({ relation, unit_id: unitId, basis: basis.trim() })}
      >
        {t("vehicle.transfer")}
      </Button>
    </Group>
  );
}
