// One proposed change with all it says: the second person reads it before it holds.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type ChangePage, publishChange, readChange, withdrawChange } from "../../api/calendar";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Note } from "../../parts/Note";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { useRight, useSignedIn } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { useVehicles } from "../admin/choices";
import { PreviewView } from "./PreviewView";
import { useWeekWords } from "./useWeekWords";

const TOUCHES = [
  "calendar-changes",
  "calendar",
  "local-days",
  "unit-hours",
  "seal-periods",
  "calendar-versions",
];

export function ChangeDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["calendar-changes", "one", id], queryFn: () => readChange(id) });
  return (
    <Dialog
      size="xl"
      title={found.data ? t("calendar.changeTitle", { number: found.data.change_no }) : t("calendar.change")}
      onClose={onClose}
    >
      {found.isPending && <Loading lines={4} />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && <Change change={found.data} reload={() => found.refetch()} onClose={onClose} />}
    </Dialog>
  );
}

interface ChangeProps {
  change: ChangePage;
  reload: () => Promise<unknown>;
  onClose: () => void;
}

function Change({ change, reload, onClose }: ChangeProps) {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const me = useSignedIn();
  const mine = change.proposed_by === me.person.id;
  const mayPublish = useRight("calendar.publish");
  const options = { touches: TOUCHES, quiet: true, reload };
  const publish = useAct({
    run: (_: null, key) => publishChange(change.id, change.row_version, key),
    done: ({ version_no }: { version_no: number }) => t("calendar.holdsNow", { number: version_no }),
    after: onClose,
    ...options,
  });
  const withdraw = useAct({
    run: (_: null, key) => withdrawChange(change.id, change.row_version, key),
    done: t("calendar.withdrawn"),
    after: onClose,
    ...options,
  });
  const open = change.state === "proposed";
  return (
    <Stack gap="md">
      <RefusalNote id="change-refusal" refusal={publish.error ?? withdraw.error} />
      <Facts
        facts={[
          [t("calendar.what"), wordFor(t, "calendarWhat", change.what)],
          [t("calendar.whose"), named(change.unit_name, change.unit_name_en) ?? t("calendar.everybody")],
          [t("calendar.source"), change.source],
          [t("calendar.state"), wordFor(t, "changeState", change.state)],
          [t("calendar.proposedBy"), `${change.proposed_by_name} · ${time(change.proposed_at)}`],
          change.settled_at
            ? [t("calendar.settledBy"), `${change.settled_by_name ?? ""} · ${time(change.settled_at)}`]
            : null,
        ]}
      />
      <Said change={change} />
      {open && mine && <Note tone="info">{t("calendar.secondPerson")}</Note>}
      <Group gap="sm" align="flex-start">
        {open && mayPublish && !mine && (
          <Ask
            label={t("calendar.publish")}
            consequence={t("calendar.publishMeans")}
            busy={publish.isPending}
            onConfirm={() => publish.mutate(null)}
          />
        )}
        {open && (mine || mayPublish) && (
          <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(null)}>
            {t(mine ? "calendar.withdraw" : "calendar.turnDown")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** What a change says, by its kind. */
function Said({ change }: { change: ChangePage }) {
  const { t } = useTranslation();
  const time = useTime();
  const words = useWeekWords();
  const vehicles = useVehicles();
  const { body, preview } = change;
  if (preview) return change.state === "proposed" ? <PreviewView preview={preview} /> : null;
  if (change.what === "local")
    return (
      <Facts
        facts={(body.days ?? []).map(({ date, kind, name }) => [
          date,
          kind ? `${wordFor(t, "dayKind", kind)}${name ? ` · ${name}` : ""}` : t("calendar.takenBack"),
        ])}
      />
    );
  if (change.what === "hours")
    return (
      <Stack gap="xs">
        {body.since && <Text size="sm">{t("calendar.sinceDay", { day: body.since })}</Text>}
        {(body.seasons ?? []).length === 0 && <Text size="sm">{t("calendar.asAbove")}</Text>}
        <Facts
          facts={(body.seasons ?? []).map((each) => [
            words.season(
              "since" in each
                ? { ...each, last: each.until ?? null }
                : { from: null, to: null, since: each.from, last: each.to },
            ),
            words.week(each.work_hours).join(" · "),
          ])}
        />
      </Stack>
    );
  const kept = vehicles.filter(({ id }) => body.kept_out?.includes(id)).map(({ plate }) => showPlate(plate));
  return (
    <Facts
      facts={[
        body.name ? [t("calendar.sealName"), body.name] : [t("calendar.sealName"), t("calendar.unseal")],
        body.from ? [t("common.from"), time(body.from)] : null,
        body.to ? [t("common.to"), time(body.to)] : null,
        body.vehicle_classes?.length
          ? [
              t("calendar.sealClasses"),
              body.vehicle_classes
                .map((each) => wordFor(t, "vehicleClass", each))
                .join(t("punctuation.comma")),
            ]
          : null,
        kept.length > 0 ? [t("calendar.keptOut"), kept.join(t("punctuation.comma"))] : null,
        body.keeper ? [t("calendar.keeper"), body.keeper] : null,
        body.replaces ? [t("calendar.replaces"), t("common.yes")] : null,
      ]}
    />
  );
}
