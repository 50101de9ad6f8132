// What would become of the request if it were sent now: the vehicle there would be, or why none and what would help.
import { List, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Checked, checkOrder } from "../../api/orders";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Rungs } from "../../parts/Rungs";
import { useConfig } from "../../session/useSession";
import { asCode, wordFor } from "../../text/codes";
import { helpWords } from "../dispatch/changeWords";
import { type Draft, toWish, troublesIn } from "./draft";

const MOST_OBSTACLES = 4;

export function FleetAnswer({ draft, asks }: { draft: Draft; asks: boolean }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const wish = toWish(draft, timezone);
  const times = troublesIn(draft, Date.now(), timezone);
  const ready = asks && wish !== null && !times.planned_start_at && !times.destination && !times.stops;
  const [asked] = useDebouncedValue(ready ? JSON.stringify({ ...wish, purpose_text: "" }) : null, 600);
  const answer = useQuery({
    queryKey: ["order-check", asked],
    queryFn: ({ signal }) => checkOrder(JSON.parse(asked ?? "null"), signal),
    enabled: asked !== null,
    staleTime: 30_000,
  });
  if (!asks || asked === null || !answer.data) return null;
  return (
    <Panel title={t("book.answer.title")}>
      <div aria-live="polite">
        {answer.data.refusals.map((each) => (
          <Note tone="warn" key={`${each.field} ${each.reason}`}>
            {t(`form.refused.${each.reason}`, {
              ...each.params,
              defaultValue: wordFor(t, "invalidReason", each.reason),
            })}
          </Note>
        ))}
        {answer.data.answer && <Answer answer={answer.data.answer} />}
        {(answer.data.ladder ?? []).length > 0 && (
          <>
            <Text size="sm" fw={650} mt="sm" mb="xs">
              {t("ladder.title")}
            </Text>
            <Rungs rungs={answer.data.ladder ?? []} />
          </>
        )}
      </div>
    </Panel>
  );
}

function Answer({ answer }: { answer: NonNullable<Checked["answer"]> }) {
  const { t } = useTranslation();
  if (answer.served)
    return (
      <Text size="sm">
        {t("book.answer.served", {
          count: answer.eligible,
          of: answer.vehicles,
          kind: wordFor(t, "vehicleClass", answer.vehicle_class ?? ""),
          seats: answer.seats,
        })}
      </Text>
    );
  const help = helpWords(t, answer);
  return (
    <>
      <Note tone="warn">{t("book.answer.none", { of: answer.vehicles })}</Note>
      <List size="sm" mt="xs">
        {answer.obstacles
          .slice(0, MOST_OBSTACLES)
          .map(asCode)
          .map((each) => (
            <List.Item key={each.code}>
              {t("book.answer.keeps", {
                reason: wordFor(t, "obstacle", each.code),
                count: Number(each.params?.["vehicles"]),
              })}
            </List.Item>
          ))}
      </List>
      {help && (
        <Text size="sm" mt="xs">
          {t("book.answer.help", { change: help })}
        </Text>
      )}
      <Text size="xs" c="dimmed" mt="xs">
        {t("book.answer.sendAnyway")}
      </Text>
    </>
  );
}
