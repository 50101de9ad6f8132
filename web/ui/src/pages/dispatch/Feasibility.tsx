// How many vehicles could take a request now, of how many; the obstacles on hover and focus.
import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { QueueRow } from "../../api/dispatch";
import { Tone } from "../../parts/Tone";
import { Obstacles } from "./Obstacles";
import "./dispatch.css";

export function Feasibility({ order }: { order: QueueRow }) {
  const { t } = useTranslation();
  const tone = order.feasible === 0 ? "bad" : order.feasible < 3 ? "warn" : "good";
  const words = t("dispatch.feasible", { count: order.feasible, of: order.vehicles });
  if (order.obstacles.length === 0) return <Tone tone={tone}>{words}</Tone>;
  return (
    <Tooltip multiline w={280} label={<Obstacles obstacles={order.obstacles} />}>
      <button type="button" className="tone-button">
        <Tone tone={tone}>{words}</Tone>
      </button>
    </Tooltip>
  );
}
