// A person's word about when the vehicle left or entered its depot; what was seen stays beside it.
import { useTranslation } from "react-i18next";
import type { OrderDetail } from "../../api/orders";
import { correctDepotTime } from "../../api/tripTimes";
import { instantToWall, wallToInstant } from "../../app/time";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";

export function CorrectTimeDialog({ order, onClose }: { order: OrderDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const fields: readonly Field[] = [
    {
      name: "what",
      label: t("tripTimes.what"),
      kind: "choice",
      required: true,
      choices: [
        { value: "left", label: t("tripTimes.left") },
        { value: "entered", label: t("tripTimes.entered") },
      ],
    },
    { name: "at", label: t("tripTimes.at"), kind: "moment", required: true },
    { name: "reason", label: t("tripTimes.reason"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (body: Parameters<typeof correctDepotTime>[1], key) => correctDepotTime(order.id, body, key),
    touches: ["order"],
    done: t("tripTimes.corrected"),
    quiet: true,
    after: onClose,
  });
  const begun = Date.parse(order.departed_at ?? order.planned_start_at);
  return (
    <FormDialog
      title={t("tripTimes.correct")}
      fields={fields}
      start={{ what: "left", at: instantToWall(begun, timezone), reason: "" }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("tripTimes.correct")}
      onClose={onClose}
      onSend={(values) => {
        const { what, at, reason } = clean(fields, values);
        send.mutate({
          what: what === "entered" ? "entered" : "left",
          at: wallToInstant(String(at), timezone),
          reason: String(reason ?? ""),
        });
      }}
    />
  );
}
