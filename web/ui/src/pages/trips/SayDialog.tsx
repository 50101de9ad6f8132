// A reason of the driver or the booker for a span of the trip.
import { useTranslation } from "react-i18next";
import { type OrderDetail, sayWhy, WHY } from "../../api/orders";
import { instantToWall, wallToInstant } from "../../app/time";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { wordFor } from "../../text/codes";

const LATELY_MS = 900_000;

export function SayDialog({ order, onClose }: { order: OrderDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const fields: readonly Field[] = [
    {
      name: "reason",
      label: t("said.reason"),
      kind: "choice",
      required: true,
      choices: WHY.map((value) => ({ value, label: wordFor(t, "whyAside", value) })),
    },
    { name: "from_at", label: t("said.from"), kind: "moment", required: true },
    { name: "to_at", label: t("said.to"), kind: "moment", required: true },
    { name: "words", label: t("said.words"), hint: t("said.wordsHint"), kind: "text" },
  ];
  const end = order.returned_at ? Date.parse(order.returned_at) : Date.now();
  const start = {
    reason: null,
    from_at: instantToWall(end - LATELY_MS, timezone),
    to_at: instantToWall(end, timezone),
    words: "",
  };
  const send = useAct({
    run: (body: Parameters<typeof sayWhy>[1], key) => sayWhy(order.id, body, key),
    touches: ["order", "alert"],
    done: t("said.kept"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("said.say")}
      fields={fields}
      start={start}
      busy={send.isPending}
      refusal={send.error}
      submit={t("said.keep")}
      onClose={onClose}
      onSend={(values) => {
        const { reason, words, from_at, to_at } = clean(fields, values);
        send.mutate({
          reason: String(reason) as (typeof WHY)[number],
          words: String(words ?? ""),
          from_at: wallToInstant(String(from_at), timezone),
          to_at: wallToInstant(String(to_at), timezone),
        });
      }}
    />
  );
}
