// The series a trip belongs to: its days, and what may be done with the following or all of them.
import { Anchor, Button, Collapse, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { OrderDetail } from "../../api/orders";
import { approveSeries, cancelSeries, readSeries, type SeriesPage } from "../../api/series";
import { useTime } from "../../app/useTime";
import { OrderState } from "../../parts/badges";
import { Note } from "../../parts/Note";
import { Panel } from "../../parts/Panel";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { asCode, sentence, wordFor } from "../../text/codes";
import { allowancesOf } from "./steps";

const MOST_SHOWN = 6;
const TOUCHES = ["order", "orders", "approvals", "order-series", "notices"];

export function SeriesPanel({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const id = order.series_id;
  const series = useQuery({
    queryKey: ["order-series", id],
    queryFn: () => readSeries(id ?? ""),
    enabled: id !== null,
  });
  if (!id) return null;
  return (
    <Panel title={t("series.title", { number: order.series_no })}>
      {series.isPending && <Loading lines={3} />}
      {series.isError && <Failed error={series.error} retry={() => void series.refetch()} />}
      {series.data && <Series series={series.data} order={order} />}
    </Panel>
  );
}

function Series({ series, order }: { series: SeriesPage; order: OrderDetail }) {
  const { t } = useTranslation();
  const time = useTime();
  const [all, setAll] = useState(false);
  const [from, setFrom] = useState<string | null | undefined>(undefined);
  const [reason, setReason] = useState("");
  const cancel = useAct({
    run: (input: { from: string | null; reason: string }, key) =>
      cancelSeries(series, input.reason, input.from, key),
    touches: TOUCHES,
    done: t("common.saved"),
    after: () => setFrom(undefined),
  });
  const allowed = allowancesOf(order.hints);
  const approve = useAct({
    run: (_: null, key) =>
      approveSeries(series, { off_hours_approved: allowed.offHours, holiday_approved: allowed.dayOff }, key),
    touches: TOUCHES,
    done: t("common.saved"),
  });
  const mine = order.steps.includes("withdraw") || order.steps.includes("cancel");
  const day = series.days.find(({ order_id: each }) => each === order.id)?.day ?? null;
  const shown = all ? series.days : series.days.slice(0, MOST_SHOWN);
  const refused = [...(cancel.data?.refused ?? []), ...(approve.data?.refused ?? [])];
  return (
    <Stack gap="xs">
      <Text size="sm">
        {t("series.about", {
          when: whenOf(t, series),
          first: series.first_day,
          last: series.last_day,
          time: series.starts_at,
          count: series.ahead,
        })}
      </Text>
      {refused.length > 0 && (
        <Note tone="warn">
          {refused.map((each) => (
            <Text size="sm" key={each.day}>
              {t("series.someRefused", { day: each.day, why: sentence(t, "error", asCode({ ...each })) })}
            </Text>
          ))}
        </Note>
      )}
      <List size="sm" spacing={2}>
        {shown.map((each) => (
          <List.Item key={each.order_id}>
            <Group gap="xs" component="span">
              {each.order_id === order.id ? (
                <strong>{time(each.planned_start_at)}</strong>
              ) : (
                <Anchor component={Link} to={`/trips/${each.order_id}`} size="sm">
                  {time(each.planned_start_at)}
                </Anchor>
              )}
              <OrderState state={each.state} />
              {each.provisional && <span>{t("series.provisional")}</span>}
              {each.own && <span>{t("series.own")}</span>}
            </Group>
          </List.Item>
        ))}
      </List>
      {series.left_out.length > 0 && (
        <Text size="sm" c="dimmed">
          {t("series.left", {
            days: series.left_out
              .map(({ day: out, why }) => `${out} ${wordFor(t, "seriesLeft", why)}`)
              .join(t("punctuation.comma")),
          })}
        </Text>
      )}
      <Group gap="xs">
        {series.days.length > MOST_SHOWN && (
          <Button size="xs" variant="subtle" aria-expanded={all} onClick={() => setAll(!all)}>
            {t("series.showAll", { count: series.days.length })}
          </Button>
        )}
        {order.steps.includes("approve") && (
          <Button
            size="xs"
            variant="default"
            loading={approve.isPending}
            onClick={() => approve.mutate(null)}
          >
            {t("series.approveAll")}
          </Button>
        )}
        {mine && series.state === "active" && (
          <>
            {day && (
              <Button size="xs" variant="default" onClick={() => setFrom(day)}>
                {t("series.cancelFollowing")}
              </Button>
            )}
            <Button size="xs" variant="default" onClick={() => setFrom(null)}>
              {t("series.cancelAll")}
            </Button>
          </>
        )}
      </Group>
      <Collapse expanded={from !== undefined}>
        <Group gap="xs" align="end">
          <TextInput
            label={t("series.reason")}
            required
            maxLength={300}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button
            size="sm"
            disabled={!reason.trim()}
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ from: from ?? null, reason: reason.trim() })}
          >
            {t(from ? "series.cancelFollowing" : "series.cancelAll")}
          </Button>
        </Group>
      </Collapse>
      {mine && (
        <Text size="xs" c="dimmed">
          {t("series.editHint")}
        </Text>
      )}
    </Stack>
  );
}

const whenOf = (t: TFunction, { weekdays }: SeriesPage): string =>
  weekdays.length === 0
    ? t("series.workdays")
    : weekdays.map((day) => t(`weekdayShort.${day}`)).join(t("punctuation.comma"));
