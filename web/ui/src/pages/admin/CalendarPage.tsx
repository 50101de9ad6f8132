// /admin/calendar: which days are off, which are worked in exchange; a year nothing is stated of is provisional.
import { ActionIcon, Box, Group, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { readCalendar } from "../../api/register";
import { dayOf } from "../../app/time";
import { Icon } from "../../parts/Icon";
import { Note } from "../../parts/Note";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { Empty, Failed, Loading } from "../../parts/states";
import { useConfig } from "../../session/useSession";
import { DayTable } from "./DayTable";
import { MonthGrid } from "./MonthGrid";
import { dayKind } from "./month";

/** The years the server keeps. */
const FIRST = 2000;
const LAST = 2100;

export function Component() {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [params, setParams] = useSearchParams();
  const thisYear = Number(dayOf(Date.now(), timezone).slice(0, 4));
  const year = Math.min(LAST, Math.max(FIRST, Math.trunc(Number(params.get("year"))) || thisYear));
  const days = useQuery({ queryKey: ["calendar", year], queryFn: () => readCalendar(year) });
  const stated = days.data ?? [];
  const exceptions = stated.filter(({ day, kind }) => kind !== dayKind(day, undefined));
  const turn = (step: number) => setParams({ year: String(year + step) }, { replace: true });
  return (
    <>
      <PageHeader
        title={t("shell.menu.calendar")}
        about={t("calendar.about")}
        actions={
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
        }
      />
      {days.isPending && <Loading />}
      {days.isError && <Failed error={days.error} retry={() => void days.refetch()} />}
      {days.isSuccess && (
        <>
          {stated.length === 0 && (
            <Note tone="warn" mb="md">
              {t("calendar.provisional")}
            </Note>
          )}
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 4 }} spacing="md">
            {Array.from({ length: 12 }, (_, month) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: months are their index
              <MonthGrid key={month} year={year} month={month} stated={stated} />
            ))}
          </SimpleGrid>
          {stated.length > 0 && (
            <Box mt="md">
              <Panel flush title={t("calendar.stated")}>
                {exceptions.length > 0 ? (
                  <DayTable days={exceptions} />
                ) : (
                  <Empty icon="calendar" title={t("calendar.withoutExceptions")} />
                )}
              </Panel>
            </Box>
          )}
        </>
      )}
    </>
  );
}
