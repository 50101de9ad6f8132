// What a version of the fleet policy states, in words; what it leaves open is said to be as ever.
import { List, SimpleGrid, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PolicyContent, Restriction } from "../../api/fleetPolicy";
import { wordFor } from "../../text/codes";

export function PolicyFacts({ content }: { content: PolicyContent }) {
  const { t } = useTranslation();
  const comma = t("punctuation.comma");
  const { purposes = {}, farthest_km = {}, restrictions = [], energy } = content;
  const lines = (rows: readonly string[]) =>
    rows.length === 0 ? (
      t("fleetPolicy.default")
    ) : (
      <List size="sm">
        {rows.map((row) => (
          <List.Item key={row}>{row}</List.Item>
        ))}
      </List>
    );
  return (
    <Said
      facts={[
        [
          t("fleetPolicy.purposes"),
          lines(
            Object.entries(purposes).map(([purpose, classes]) =>
              t("fleetPolicy.served", {
                purpose: wordFor(t, "purposeKind", purpose),
                classes: classes.map((each) => wordFor(t, "vehicleClass", each)).join(comma),
              }),
            ),
          ),
        ],
        [t("fleetPolicy.turnaround"), t("fleetPolicy.minutes", { count: content.turnaround_min ?? 15 })],
        [
          t("fleetPolicy.farthest"),
          lines(
            Object.entries(farthest_km).map(([name, km]) =>
              t("fleetPolicy.km", { class: wordFor(t, "vehicleClass", name), km }),
            ),
          ),
        ],
        [t("fleetPolicy.restrictions"), lines(restrictions.map((each) => ruleWords(t, each)))],
        [t("fleetPolicy.reserve"), t("fleetPolicy.percent", { count: energy?.reserve_pct ?? 20 })],
        [
          t("fleetPolicy.charging"),
          energy?.charging_min == null
            ? t("fleetPolicy.overnight")
            : t("fleetPolicy.minutes", { count: energy.charging_min }),
        ],
        [
          t("fleetPolicy.unknownRange"),
          t(energy?.unknown_range_blocks ? "fleetPolicy.yes" : "fleetPolicy.no"),
        ],
        [
          t("fleetPolicy.unknownPapers"),
          t(content.unknown_papers_block ? "fleetPolicy.yes" : "fleetPolicy.no"),
        ],
      ]}
    />
  );
}

/** Long names above their values, so that both have room on a phone. */
function Said({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <SimpleGrid component="dl" cols={{ base: 1, md: 2 }} spacing="sm" m={0} mt="xs">
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

/** One restriction as a sentence, with those it spares. */
function ruleWords(t: TFunction, rule: Restriction): string {
  const comma = t("punctuation.comma");
  const spared = [
    rule.nev_exempt ? t("fleetPolicy.nev") : null,
    rule.days_off_exempt ? t("fleetPolicy.daysOff") : null,
    ...(rule.exempt_classes ?? []).map((each) => wordFor(t, "vehicleClass", each)),
  ].filter((each): each is string => each !== null);
  const said = t("fleetPolicy.rule", {
    name: rule.name,
    days: rule.weekdays.map((day) => wordFor(t, "weekdayShort", String(day))).join(comma),
    digits: rule.digits.join("/"),
    from: rule.from ?? "00:00",
    to: rule.to ?? "24:00",
  });
  return [
    said,
    rule.area_id ? t("fleetPolicy.oneArea") : null,
    spared.length > 0 ? t("fleetPolicy.except", { what: spared.join(comma) }) : null,
  ]
    .filter(Boolean)
    .join(comma);
}
