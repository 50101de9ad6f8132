// What the reach of the calendar asks for today: nothing, next year's notice, or that this year accuses nobody yet.
import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { readCoverage } from "../../api/calendar";
import { Note } from "../../parts/Note";

interface CoverageNoteProps {
  /** With a way to the calendar, where it is shown on other pages. */
  linked?: boolean;
}

export function CoverageNote({ linked = false }: CoverageNoteProps) {
  const { t } = useTranslation();
  const found = useQuery({ queryKey: ["calendar", "coverage"], queryFn: readCoverage, staleTime: 600_000 });
  const said = found.data;
  if (!said || said.stage === "covered" || said.missing_year === null) return null;
  const values = { year: said.missing_year, count: Math.max(said.begins_in_days ?? 0, 0) };
  return (
    <Note tone={said.stage === "asked" ? "warn" : "bad"} mb="md">
      <Text size="sm" c="inherit">
        {said.stage === "provisional"
          ? t("calendar.coverage.provisional", values)
          : t("calendar.coverage.asked", values)}{" "}
        {linked && (
          <Anchor
            component={Link}
            to={`/admin/calendar?year=${values.year}`}
            size="sm"
            c="inherit"
            underline="always"
          >
            {t("calendar.coverage.open")}
          </Anchor>
        )}
      </Text>
    </Note>
  );
}
