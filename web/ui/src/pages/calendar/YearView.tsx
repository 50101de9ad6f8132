// The days of a year by kind: a grid by months, and what differs from an ordinary week as a list.
import { Box, Group, SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readCoverage } from "../../api/calendar";
import { readCalendar } from "../../api/register";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Empty, Failed, Loading } from "../../parts/states";
import { wordFor } from "../../text/codes";
import { DayTable } from "./DayTable";
import { MonthGrid } from "./MonthGrid";
import { dayKind, daysOfYear } from "./month";

const LEGEND = ["weekend", "holiday", "adjusted_rest", "adjusted_workday"] as const;

export function YearView({ year, unit }: { year: number; unit: string | null }) {
  const { t } = useTranslation();
  const days = useQuery({
    queryKey: ["calendar", year, unit],
    queryFn: () => readCalendar(year, unit),
  });
  const coverage = useQuery({
    queryKey: ["calendar", "coverage"],
    queryFn: readCoverage,
    staleTime: 600_000,
  });
  const stated = days.data ?? [];
  const exceptions = stated.filter(({ day, kind, local }) => local || kind !== dayKind(day, undefined));
  const known = stated.filter(({ local }) => !local).length >= daysOfYear(year);
  const warned = coverage.data?.missing_year === year && coverage.data.stage !== "covered";
  return (
    <>
      {days.isPending && <Loading />}
      {days.isError && <Failed error={days.error} retry={() => void days.refetch()} />}
      {days.isSuccess && (
        <>
          {!known && !warned && (
            <Note tone="warn" mb="md">
              {t("calendar.provisional")}
            </Note>
          )}
          <Group gap="md" mb="sm" aria-hidden="true" className="month-legend">
            {LEGEND.map((kind) => (
              <span key={kind}>
                <span className="month-day" data-kind={kind}>
                  12
                </span>{" "}
                {wordFor(t, "dayKind", kind)}
              </span>
            ))}
            <span>
              <span className="month-day" data-local="true">
                12
              </span>{" "}
              {t("calendar.part.local")}
            </span>
          </Group>
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
