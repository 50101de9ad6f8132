// One month: days off on a tinted ground, worked weekends marked with their own sign; names as text below.
import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { StatedDay } from "../../api/register";
import { dayKind, monthDays } from "./month";
import "./month.css";

interface MonthGridProps {
  year: number;
  month: number;
  stated: readonly StatedDay[];
}

const MARKED = ["holiday", "adjusted_rest", "adjusted_workday"];

export function MonthGrid({ year, month, stated }: MonthGridProps) {
  const { t, i18n } = useTranslation();
  const name = new Intl.DateTimeFormat(i18n.language, {
    year: "numeric",
    month: "long",
    timeZone: "UTC",
  }).format(Date.UTC(year, month));
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: "narrow", timeZone: "UTC" });
  return (
    <Box component="section" className="panel" p="sm" aria-label={name}>
      <Text fw={650} size="sm" mb={6}>
        {name}
      </Text>
      <div className="month">
        {Array.from({ length: 7 }, (_, index) => (
          <span
            key={weekday.format(Date.UTC(2024, 0, 1 + index)) + String(index)}
            className="month-head"
            aria-hidden="true"
          >
            {weekday.format(Date.UTC(2024, 0, 1 + index))}
          </span>
        ))}
        {monthDays(year, month).map((day, index) => {
          if (!day) return <span key={`blank-${String(index)}`} />;
          const known = stated.find((each) => each.day === day);
          const kind = dayKind(day, known);
          return (
            <span
              key={day}
              className="month-day"
              data-kind={kind}
              data-local={known?.local ?? false}
              title={known?.name || t(`dayKind.${kind}`)}
            >
              {Number(day.slice(8))}
              {known && MARKED.includes(known.kind) ? (
                <sup aria-hidden="true">{t(`calendar.mark.${known.kind}`)}</sup>
              ) : null}
            </span>
          );
        })}
      </div>
    </Box>
  );
}
