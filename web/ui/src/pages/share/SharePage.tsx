// /share: time-share cars. Sites and what stands there, a car from here to there, and for those who keep the scheme
// its sites, cars and the moves of the coming night.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import {
  addSite,
  bookShare,
  type NightMoves,
  planNight,
  putCar,
  readSites,
  type ShareOrder,
  type Site,
} from "../../api/share";
import { distance } from "../../app/measure";
import { dayOf } from "../../app/time";
import { Dialog } from "../../parts/Dialog";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { useAct } from "../../parts/useAct";
import { useConfig, useRight } from "../../session/useSession";
import { useVehicles, vehicleChoices, wordChoices } from "../admin/choices";

type Open = "book" | "site" | "car" | "night";
const PURPOSES = ["meeting", "documents", "inspection", "other"] as const;

export function Component() {
  const { t } = useTranslation();
  const keeps = useRight("timeShare.edit");
  const [open, setOpen] = useState<Open | null>(null);
  const state = useListState("name", []);
  const columns: Column<Site>[] = [
    { id: "name", title: t("timeShare.site"), show: (row) => row.name, sort: "name" },
    {
      id: "standing",
      title: t("timeShare.standing"),
      numeric: true,
      show: (row) => row.standing,
      sort: "standing",
    },
    { id: "bays", title: t("timeShare.bays"), numeric: true, show: (row) => row.bays, sort: "bays" },
    { id: "coming", title: t("timeShare.coming"), numeric: true, show: (row) => row.on_the_way },
  ];
  const close = () => setOpen(null);
  return (
    <>
      <PageHeader
        title={t("shell.menu.share")}
        about={t("timeShare.about")}
        actions={
          <Group gap="xs">
            {keeps && (
              <>
                <Ask words={t("timeShare.night")} onClick={() => setOpen("night")} />
                <Ask words={t("timeShare.addSite")} onClick={() => setOpen("site")} />
                <Ask words={t("timeShare.putCar")} onClick={() => setOpen("car")} />
              </>
            )}
            <Button onClick={() => setOpen("book")}>{t("timeShare.book")}</Button>
          </Group>
        }
      />
      <ListView<Site>
        name="share-sites"
        path="/api/share/sites"
        label={t("shell.menu.share")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        empty={{ title: t("timeShare.none"), hint: t("timeShare.noneHint") }}
      />
      {open === "book" && <BookDialog onClose={close} />}
      {open === "site" && <SiteDialog onClose={close} />}
      {open === "car" && <CarDialog onClose={close} />}
      {open === "night" && <NightDialog onClose={close} />}
    </>
  );
}

function Ask({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <Button variant="default" onClick={onClick}>
      {words}
    </Button>
  );
}

function useSiteChoices() {
  const sites = useQuery({ queryKey: ["share-sites", "choices"], queryFn: readSites, staleTime: 30_000 });
  return (sites.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
}

function BookDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const choices = useSiteChoices();
  const fields: readonly Field[] = [
    { name: "from_site", label: t("timeShare.from"), kind: "choice", required: true, choices },
    { name: "to_site", label: t("timeShare.to"), kind: "choice", required: true, choices },
    { name: "start_at", label: t("timeShare.start"), kind: "moment", required: true },
    { name: "end_at", label: t("timeShare.end"), kind: "moment", required: true },
    {
      name: "purpose",
      label: t("book.purposeKind"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "purposeKind", PURPOSES),
    },
    { name: "purpose_text", label: t("book.purposeText"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (body: ShareOrder, key) => bookShare(body, key),
    touches: ["share-sites", "orders"],
    done: t("timeShare.booked"),
    quiet: true,
    after: (order) => void go(`/trips/${order.id}`),
  });
  return (
    <FormDialog
      title={t("timeShare.book")}
      fields={fields}
      start={{}}
      busy={send.isPending}
      refusal={send.error}
      submit={t("timeShare.book")}
      onClose={onClose}
      onSend={(values) => send.mutate({ passengers: 1, ...clean(fields, values) } as unknown as ShareOrder)}
    >
      <Text size="xs" c="dimmed">
        {t("timeShare.hint")}
      </Text>
    </FormDialog>
  );
}

function SiteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    { name: "name", label: t("timeShare.site"), kind: "text", required: true },
    { name: "lon", label: t("field.lon"), kind: "number", required: true, min: -180, max: 180 },
    { name: "lat", label: t("timeShare.lat"), kind: "number", required: true, min: -90, max: 90 },
    {
      name: "bays",
      label: t("timeShare.bays"),
      kind: "number",
      required: true,
      min: 1,
      max: 1000,
      whole: true,
    },
  ];
  const send = useAct({
    run: (body: Parameters<typeof addSite>[0], key) => addSite(body, key),
    touches: ["share-sites"],
    done: t("timeShare.siteAdded"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("timeShare.addSite")}
      fields={fields}
      start={{ bays: 3 }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("timeShare.addSite")}
      onClose={onClose}
      onSend={(values) => send.mutate(clean(fields, values) as unknown as Parameters<typeof addSite>[0])}
    />
  );
}

function CarDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const choices = useSiteChoices();
  const vehicles = useVehicles();
  const fields: readonly Field[] = [
    {
      name: "vehicle_id",
      label: t("vehicle.plate"),
      kind: "choice",
      required: true,
      choices: vehicleChoices(vehicles),
    },
    { name: "site_id", label: t("timeShare.site"), kind: "choice", required: true, choices },
  ];
  const send = useAct({
    run: (body: Parameters<typeof putCar>[0], key) => putCar(body, key),
    touches: ["share-sites"],
    done: t("timeShare.carPut"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("timeShare.putCar")}
      fields={fields}
      start={{}}
      busy={send.isPending}
      refusal={send.error}
      submit={t("timeShare.putCar")}
      onClose={onClose}
      onSend={(values) => send.mutate(clean(fields, values) as unknown as Parameters<typeof putCar>[0])}
    />
  );
}

const A_DAY_MS = 86_400_000;

function NightDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [day] = useState(() => dayOf(Date.now() + A_DAY_MS, timezone));
  const [plan, setPlan] = useState<NightMoves | null>(null);
  const ask = useAct({
    run: (accept: boolean, key) => planNight(day, accept, key),
    touches: ["share-sites"],
    after: (found: NightMoves, accept: boolean) => (accept ? onClose() : setPlan(found)),
  });
  return (
    <Dialog title={t("timeShare.night")} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">{t("timeShare.nightHint", { day })}</Text>
        {plan && (
          <Text size="sm">
            {t("timeShare.moves", {
              cars: plan.moves.length,
              way: distance(t, plan.distance_m),
              short: plan.short,
            })}
          </Text>
        )}
        <Group>
          {plan === null || plan.moves.length === 0 ? (
            <Button loading={ask.isPending} onClick={() => ask.mutate(false)}>
              {t("timeShare.plan")}
            </Button>
          ) : (
            <Button loading={ask.isPending} onClick={() => ask.mutate(true)}>
              {t("timeShare.accept")}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
