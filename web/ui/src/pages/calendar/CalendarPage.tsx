// /admin/calendar: what each day is, local days, units' hours by season, sealing periods, proposed changes and versions.
import { ActionIcon, Anchor, Button, Group, Select, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { dayOf } from "../../app/time";
import { Icon } from "../../parts/Icon";
import { PageHeader } from "../../parts/PageHeader";
import { useConfig, useRight } from "../../session/useSession";
import { Missing } from "../../shell/Missing";
import { useUnitChoices } from "../admin/choices";
import { CalendarChanges } from "./CalendarChanges";
import { CalendarVersions } from "./CalendarVersions";
import { CoverageNote } from "./CoverageNote";
import { ImportDialog } from "./ImportDialog";
import { LocalDays } from "./LocalDays";
import { SealPeriods } from "./SealPeriods";
import { UnitHours } from "./UnitHours";
import { YearView } from "./YearView";

/** The years the server keeps. */
const FIRST = 2000;
const LAST = 2100;
const PARTS = ["year", "local", "hours", "sealing", "changes", "versions"] as const;

export function Component() {
  const { t } = useTranslation();
  const { part = "year" } = useParams();
  const mayDraft = useRight("calendar.draft");
  const mayRead = useRight("calendar.changes");
  const [importing, setImporting] = useState(false);
  const { year, thisYear, turn } = useYear();
  const shown = PARTS.find((each) => each === part);
  if (!shown) return <Missing />;
  return (
    <>
      <PageHeader
        title={t("shell.menu.calendar")}
        about={t("calendar.about")}
        actions={
          <>
            {shown === "year" && <YearChoice year={year} turn={turn} />}
            {mayDraft && <Button onClick={() => setImporting(true)}>{t("calendar.import")}</Button>}
          </>
        }
      />
      <CoverageNote />
      <Group component="nav" gap="md" mb="md" aria-label={t("calendar.parts")}>
        {PARTS.filter((each) => each !== "changes" || mayRead).map((each) => (
          <Anchor
            key={each}
            component={Link}
            to={each === "year" ? "/admin/calendar" : `/admin/calendar/${each}`}
            fw={each === shown ? 700 : 400}
            {...(each === shown ? { "aria-current": "page" as const, underline: "always" as const } : {})}
          >
            {t(`calendar.part.${each}`)}
          </Anchor>
        ))}
      </Group>
      {shown === "year" && <UnitsYear year={year} />}
      {shown === "local" && <LocalDays />}
      {shown === "hours" && <UnitHours />}
      {shown === "sealing" && <SealPeriods />}
      {shown === "changes" && <CalendarChanges />}
      {shown === "versions" && <CalendarVersions />}
      {importing && <ImportDialog year={Math.max(year, thisYear + 1)} onClose={() => setImporting(false)} />}
    </>
  );
}

function useYear() {
  const { timezone } = useConfig();
  const [params, setParams] = useSearchParams();
  const thisYear = Number(dayOf(Date.now(), timezone).slice(0, 4));
  const year = Math.min(LAST, Math.max(FIRST, Math.trunc(Number(params.get("year"))) || thisYear));
  const turn = (step: number) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        next.set("year", String(year + step));
        return next;
      },
      { replace: true },
    );
  return { year, thisYear, turn };
}

function UnitsYear({ year }: { year: number }) {
  const { t } = useTranslation();
  const units = useUnitChoices();
  const [params, setParams] = useSearchParams();
  const unit = params.get("unit");
  const choose = (next: string | null) =>
    setParams(
      (before) => {
        const params = new URLSearchParams(before);
        if (next) params.set("unit", next);
        else params.delete("unit");
        return params;
      },
      { replace: true },
    );
  return (
    <>
      {units.length > 1 && (
        <Select
          mb="md"
          maw={320}
          label={t("calendar.seenBy")}
          placeholder={t("calendar.everybody")}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          searchable
          data={units.map(({ value, label }) => ({ value, label }))}
          value={unit}
          onChange={choose}
        />
      )}
      <YearView year={year} unit={unit} />
    </>
  );
}

function YearChoice({ year, turn }: { year: number; turn: (step: number) => void }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("calendar.before")}
        disabled={year === FIRST}
        onClick={() => turn(-1)}
      >
        <span style={{ rotate: "-90deg" }}>
          <Icon name="up" />
        </span>
      </ActionIcon>
      <Text fw={700} className="num" aria-live="polite">
        {year}
      </Text>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("calendar.after")}
        disabled={year === LAST}
        onClick={() => turn(1)}
      >
        <span style={{ rotate: "90deg" }}>
          <Icon name="up" />
        </span>
      </ActionIcon>
    </Group>
  );
}
