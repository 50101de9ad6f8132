// The papers of one vehicle with their history, and a new one. What holds longest of each kind counts.
import { Button, Group, List, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  enterPaper,
  PAPER_KINDS,
  type PaperBody,
  type PaperRow,
  readPapers,
  takeOutPaper,
} from "../../api/fleetPolicy";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";

export function PapersPanel({ vehicle }: { vehicle: string }) {
  const { t } = useTranslation();
  const mayEdit = useRight("vehicle.edit");
  const papers = useQuery({ queryKey: ["vehicle-papers", vehicle], queryFn: () => readPapers(vehicle) });
  return (
    <Stack gap="xs" mt="md">
      <Text fw={600}>{t("vehiclePaper.title")}</Text>
      {papers.isPending && <Loading lines={2} />}
      {papers.isError && <Failed error={papers.error} retry={() => void papers.refetch()} />}
      {papers.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("vehiclePaper.none")}
        </Text>
      )}
      <List size="sm" spacing={4}>
        {papers.data?.map((row) => (
          <List.Item key={row.id}>
            <Line vehicle={vehicle} row={row} mayEdit={mayEdit} />
          </List.Item>
        ))}
      </List>
      {mayEdit && <NewPaper vehicle={vehicle} />}
    </Stack>
  );
}

function Line({ vehicle, row, mayEdit }: { vehicle: string; row: PaperRow; mayEdit: boolean }) {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  const takeOut = useAct({
    run: (reason: string, key) => takeOutPaper(vehicle, row.id, reason, key),
    touches: ["vehicle-papers", "vehicles"],
    done: t("vehiclePaper.takenOut"),
  });
  const gone = row.taken_out_at !== null;
  return (
    <Group gap="xs">
      <Text size="sm" td={gone ? "line-through" : undefined} component="span">
        {t("vehiclePaper.line", {
          kind: wordFor(t, "paperKind", row.kind),
          number: row.number,
          until: row.valid_until,
        })}
      </Text>
      {gone && (
        <Text size="sm" component="span">
          {t("vehiclePaper.out", { why: row.taken_out_why })}
        </Text>
      )}
      {mayEdit && !gone && why === null && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhy("")}>
          {t("vehiclePaper.takeOut")}
        </Button>
      )}
      {why !== null && !gone && (
        <Group gap="xs" align="flex-end">
          <TextInput
            size="xs"
            label={t("vehiclePaper.why")}
            maxLength={200}
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            disabled={why.trim().length < 2}
            loading={takeOut.isPending}
            onClick={() => takeOut.mutate(why.trim())}
          >
            {t("vehiclePaper.takeOut")}
          </Button>
        </Group>
      )}
    </Group>
  );
}

function NewPaper({ vehicle }: { vehicle: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<(typeof PAPER_KINDS)[number]>("inspection");
  const [number, setNumber] = useState("");
  const [issued, setIssued] = useState<string | null>(null);
  const [until, setUntil] = useState<string | null>(null);
  const enter = useAct({
    run: (body: PaperBody, key) => enterPaper(vehicle, body, key),
    touches: ["vehicle-papers", "vehicles"],
    done: t("vehiclePaper.entered"),
    quiet: true,
    after: () => setNumber(""),
  });
  return (
    <>
      <RefusalNote id="paper-refusal" refusal={enter.error} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
        <NativeSelect
          label={t("vehiclePaper.kind")}
          value={kind}
          data={PAPER_KINDS.map((value) => ({ value, label: t(`paperKind.${value}`) }))}
          onChange={(event) => setKind(event.currentTarget.value as typeof kind)}
        />
        <TextInput
          label={t("vehiclePaper.number")}
          maxLength={60}
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        <DateInput
          label={t("vehiclePaper.issued")}
          valueFormat="YYYY-MM-DD"
          value={issued}
          onChange={setIssued}
        />
        <DateInput
          label={t("vehiclePaper.until")}
          valueFormat="YYYY-MM-DD"
          value={until}
          onChange={setUntil}
        />
      </SimpleGrid>
      <Group>
        <Button
          size="xs"
          variant="default"
          disabled={!until}
          loading={enter.isPending}
          onClick={() =>
            enter.mutate({
              kind,
              number: number.trim(),
              issued_on: issued,
              valid_until: until ?? "",
              note: "",
            })
          }
        >
          {t("vehiclePaper.add")}
        </Button>
      </Group>
    </>
  );
}
