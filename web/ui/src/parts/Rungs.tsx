// The ladder of an order no car is free for: each rung with its cheapest cost and its options, or why it is not there.
import { Group, Stack, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Option, Rung } from "../api/ladder";
import { distance, duration, money } from "../app/measure";
import { wordFor } from "../text/codes";
import { showPlate } from "../text/plates";

const MOST_OPTIONS = 4;

interface RungsProps {
  readonly rungs: readonly Rung[];
  /** What taking an option looks like, where it can be taken here. */
  readonly take?: (rung: Rung, option: Option) => ReactNode;
}

export function Rungs({ rungs, take }: RungsProps) {
  const { t, i18n } = useTranslation();
  return (
    <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {rungs.map((rung) => (
        <li key={rung.kind}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {wordFor(t, "rung", rung.kind)}
            </Text>
            {rung.cost_cents !== null && (
              <Text size="sm" className="num">
                {t("ladder.from", { cost: money(rung.cost_cents, i18n.language) })}
              </Text>
            )}
          </Group>
          {rung.why.map((each) => (
            <Text key={String(each["code"])} size="sm">
              {wordFor(t, "rungWhy", String(each["code"]))}
            </Text>
          ))}
          {rung.options.slice(0, MOST_OPTIONS).map((option) => (
            <Group key={`${option.name} ${JSON.stringify(option.params)}`} gap="xs">
              <Text size="sm">{optionWords(t, rung, option, i18n.language)}</Text>
              {take?.(rung, option)}
            </Group>
          ))}
        </li>
      ))}
    </Stack>
  );
}

function optionWords(t: TFunction, rung: Rung, option: Option, language: string): string {
  const said = option.params ?? {};
  const name = rung.kind === "public_transport" ? wordFor(t, "travelMode", option.name) : option.name;
  const parts = [name];
  const plate = showPlate(typeof said["plate"] === "string" ? said["plate"] : null);
  if (plate) parts.push(plate);
  if (typeof said["seats"] === "number") parts.push(t("ladder.seats", { count: said["seats"] }));
  if (typeof said["seats_left"] === "number") parts.push(t("ladder.seats", { count: said["seats_left"] }));
  if (typeof said["detour_s"] === "number")
    parts.push(t("ladder.detour", { duration: duration(t, said["detour_s"]) }));
  if (typeof said["up_to_km"] === "number")
    parts.push(t("ladder.upTo", { distance: distance(t, said["up_to_km"] * 1000) }));
  if (typeof said["consent"] === "string") parts.push(wordFor(t, "consent", said["consent"]));
  const cents = option.cost_cents ?? null;
  const cost = cents === null ? t("ladder.unknownCost") : money(cents, language);
  parts.push(option.at_most ? t("ladder.atMost", { cost }) : cost);
  return parts.join(" · ");
}
