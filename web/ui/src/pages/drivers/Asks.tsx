// Who was asked to take which trip, in turn, and what became of it.
import { useTranslation } from "react-i18next";
import type { AskRow } from "../../api/drivers";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { OrderLink } from "../../parts/OrderLink";
import { Tone } from "../../parts/Tone";
import { wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";

const OUTCOMES = ["open", "accepted", "refused", "timed_out", "over"] as const;
const TONES = {
  open: "info",
  accepted: "good",
  refused: "warn",
  timed_out: "warn",
  over: "neutral",
} as const;

export function Asks() {
  const { t } = useTranslation();
  const time = useTime();
  const state = useListState("-asked_at", ["outcome"]);
  return (
    <ListView<AskRow>
      name="driver-asks"
      path="/api/dispatch/asks"
      label={t("drivers.part.asks")}
      state={state}
      columns={[
        {
          id: "order",
          title: t("drivers.order"),
          show: (row) => <OrderLink id={row.order_id} number={row.order_no} />,
          sort: "order_no",
        },
        {
          id: "start",
          title: t("drivers.tripStart"),
          tight: true,
          show: (row) => time(row.planned_start_at),
          sort: "planned_start_at",
        },
        { id: "driver", title: t("drivers.driver"), show: (row) => row.driver_name, sort: "driver_name" },
        { id: "plate", title: t("drivers.plate"), show: (row) => (row.plate ? showPlate(row.plate) : "—") },
        { id: "turn", title: t("drivers.turn"), numeric: true, show: (row) => row.turn },
        {
          id: "asked",
          title: t("drivers.asked"),
          tight: true,
          show: (row) => time(row.asked_at),
          sort: "asked_at",
        },
        { id: "due", title: t("drivers.due"), tight: true, show: (row) => time(row.due_at), sort: "due_at" },
        {
          id: "outcome",
          title: t("drivers.outcome"),
          show: (row) => (
            <Tone tone={TONES[row.outcome as keyof typeof TONES] ?? "neutral"}>
              {wordFor(t, "askOutcome", row.outcome)}
            </Tone>
          ),
        },
      ]}
      rowKey={({ id }) => String(id)}
      filters={
        <ChoiceFilter
          state={state}
          name="outcome"
          label={t("drivers.outcome")}
          choices={OUTCOMES.map((value) => ({ value, label: wordFor(t, "askOutcome", value) }))}
        />
      }
      empty={{ title: t("drivers.noAsks") }}
    />
  );
}
