// The suspicion itself: what is suspected in one sentence, the evidence map, facts, the rule with its values,
// the order or its absence, and every revision.
import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AlertDetail } from "../../api/alerts";
import { dayOf } from "../../app/time";
import { useTime } from "../../app/useTime";
import { EvidenceMap } from "../../map/EvidenceMap";
import { lineOf } from "../../map/evidence";
import { Judgement, Severity } from "../../parts/badges";
import { Note } from "../../parts/Note";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { SaidList } from "../../parts/SaidList";
import { useConfig, useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { replayAddress } from "../replay/wish";
import { AlertFacts } from "./AlertFacts";
import { OrderSearch } from "./OrderSearch";
import { Revisions } from "./Revisions";
import { RuleText } from "./RuleText";

export function AlertView({ alert, onReload }: { alert: AlertDetail; onReload: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  const { evidence, revisions } = alert;
  const planned = useMemo(() => lineOf(evidence.planned_route), [evidence.planned_route]);
  const title = t("alert.title", { rule: wordFor(t, "ruleName", alert.rule) });
  const to = alert.ended_at ? time(alert.ended_at) : t("alert.goingOn");
  return (
    <Stack gap="md">
      <PageHeader
        title={`${showPlate(alert.plate)} · ${title}`}
        about={t("alert.span", { from: time(alert.started_at), to })}
        actions={
          <>
            <Severity severity={alert.severity} />
            <Judgement judgement={alert.judgement} />
            <Whereabouts alert={alert} />
            <Button variant="default" size="xs" onClick={onReload}>
              {t("alert.reload")}
            </Button>
          </>
        }
      />
      <Note tone={alert.judgement === "suspected" ? "warn" : "neutral"}>
        <Text size="sm">{t(`alert.caution.${alert.judgement}`)}</Text>
      </Note>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Stack gap="md">
          <Panel flush title={t("evidence.title")}>
            <EvidenceMap
              label={t("evidence.label", { plate: showPlate(alert.plate) })}
              fixes={evidence.fixes}
              planned={planned}
              corridor={evidence.corridor}
              areas={evidence.areas}
              origin={evidence.order?.origin ?? null}
              destination={evidence.order?.destination ?? null}
            />
            <Group px="sm" pb="sm">
              <Text size="xs" c="dimmed">
                {evidence.sight === "none"
                  ? t("evidence.hidden")
                  : t("evidence.count", { count: evidence.fixes.length })}
                {evidence.sight === "part" && ` ${t("evidence.partly")}`}
              </Text>
            </Group>
          </Panel>
          <OrderSearch evidence={evidence} />
        </Stack>
        <Stack gap="md">
          <AlertFacts alert={alert} />
          <Panel title={t("said.onAlert")}>
            <SaidList
              statements={evidence.statements}
              stops={evidence.allowed_stops}
              none={t("said.noneOnAlert")}
              besides={alert.started_at}
            />
            <Text size="xs" c="dimmed" mt="xs">
              {t("said.about")}
            </Text>
          </Panel>
          <RuleText alert={alert} />
          <Revisions revisions={revisions} />
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

/** What one vehicle can be replayed at once, less the minutes around. */
const LONGEST_MS = 19 * 86_400_000;

/** Ways to the vehicle itself, for those who may see it. */
function Whereabouts({ alert }: { alert: AlertDetail }) {
  const { t } = useTranslation();
  const onMap = useRight("track.view");
  const inFile = useRight("vehicle.view");
  const { timezone } = useConfig();
  const day = (instant: string) => dayOf(instant, timezone);
  return (
    <>
      {onMap && (
        <Button
          component={Link}
          to={replayAddress(
            alert.vehicle_id,
            Date.parse(alert.started_at),
            Math.min(
              Date.parse(alert.ended_at ?? alert.started_at),
              Date.parse(alert.started_at) + LONGEST_MS,
            ),
          )}
          variant="default"
          size="xs"
        >
          {t("replay.open")}
        </Button>
      )}
      {onMap && (
        <Button
          component={Link}
          to={`/vehicles/${alert.vehicle_id}/drives?from=${day(alert.started_at)}&to=${day(alert.ended_at ?? alert.started_at)}`}
          variant="default"
          size="xs"
        >
          {t("shell.menu.drives")}
        </Button>
      )}
      {onMap && (
        <Button component={Link} to={`/map?vehicle=${alert.vehicle_id}`} variant="default" size="xs">
          {t("alert.onMap")}
        </Button>
      )}
      {inFile && alert.plate && (
        <Button
          component={Link}
          to={`/admin/vehicles?q=${encodeURIComponent(alert.plate)}`}
          variant="default"
          size="xs"
        >
          {t("alert.vehicleFile")}
        </Button>
      )}
    </>
  );
}
