// Repair, inspection and maintenance of one vehicle: what is planned, and a new window.
import { Button, Group, List, NativeSelect, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/client";
import { addUpkeep, endUpkeep, readUpkeep, UPKEEP_KINDS, type UpkeepRow } from "../../api/upkeep";
import { instantToWall, wallToInstant } from "../../app/time";
import { useTime } from "../../app/useTime";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";

const DAY_MS = 86_400_000;

export function UpkeepPanel({ vehicle }: { vehicle: string }) {
  const { t } = useTranslation();
  const time = useTime();
  const mayEdit = useRight("upkeep.edit");
  const planned = useQuery({ queryKey: ["upkeep", vehicle], queryFn: () => readUpkeep(vehicle) });
  const end = useAct({
    run: (row: UpkeepRow, key) => endUpkeep(row, key),
    touches: ["upkeep", "queue"],
    done: t("common.saved"),
  });
  return (
    <Stack gap="xs" mt="md">
      <Text fw={600}>{t("upkeep.title")}</Text>
      {planned.isPending && <Loading lines={2} />}
      {planned.isError && <Failed error={planned.error} retry={() => void planned.refetch()} />}
      {planned.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("upkeep.none")}
        </Text>
      )}
      <List size="sm" spacing={4}>
        {planned.data?.map((row) => (
          <List.Item key={row.id}>
            <Group gap="xs" component="span">
              {wordFor(t, "upkeepKind", row.kind)} · {time(row.start_at)} – {time(row.end_at)}
              {row.note && ` · ${row.note}`}
              {mayEdit && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  loading={end.isPending}
                  onClick={() => end.mutate(row)}
                >
                  {t("upkeep.end")}
                </Button>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
      {mayEdit && <NewWindow vehicle={vehicle} />}
    </Stack>
  );
}

function NewWindow({ vehicle }: { vehicle: string }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [kind, setKind] = useState<(typeof UPKEEP_KINDS)[number]>("repair");
  const [from, setFrom] = useState(instantToWall(Date.now(), timezone));
  const [to, setTo] = useState(instantToWall(Date.now() + DAY_MS, timezone));
  const [note, setNote] = useState("");
  const [anyway, setAnyway] = useState(false);
  const add = useAct({
    run: (body: Parameters<typeof addUpkeep>[0], key) => addUpkeep(body, key),
    touches: ["upkeep", "queue"],
    done: t("common.saved"),
    quiet: true,
    after: () => setAnyway(false),
  });
  const meets = isProblem(add.error) && add.error.code === "meets_orders";
  return (
    <>
      <RefusalNote id="upkeep-refusal" refusal={add.error} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
        <NativeSelect
          label={t("upkeep.kind")}
          value={kind}
          data={UPKEEP_KINDS.map((value) => ({ value, label: t(`upkeepKind.${value}`) }))}
          onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
        />
        <TextInput
          label={t("upkeep.note")}
          maxLength={300}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <DateTimePicker
          label={t("upkeep.from")}
          valueFormat="YYYY-MM-DD HH:mm"
          value={from}
          onChange={(value) => setFrom(value ?? "")}
        />
        <DateTimePicker
          label={t("upkeep.to")}
          valueFormat="YYYY-MM-DD HH:mm"
          value={to}
          onChange={(value) => setTo(value ?? "")}
        />
      </SimpleGrid>
      {(meets || anyway) && (
        <Switch
          label={t("upkeep.anyway")}
          checked={anyway}
          onChange={(event) => setAnyway(event.currentTarget.checked)}
        />
      )}
      <Group>
        <Button
          size="xs"
          variant="default"
          disabled={!from || !to}
          loading={add.isPending}
          onClick={() =>
            add.mutate({
              vehicle_id: vehicle,
              kind,
              start_at: wallToInstant(from, timezone),
              end_at: wallToInstant(to, timezone),
              note: note.trim(),
              anyway,
            })
          }
        >
          {t("upkeep.add")}
        </Button>
      </Group>
    </>
  );
}
