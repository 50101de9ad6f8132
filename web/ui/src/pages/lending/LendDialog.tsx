// A standing consent: which unit lends what to whom, from a day until another one.
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { lend } from "../../api/ladder";
import { wallToInstant } from "../../app/time";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { useUnitChoices, useVehicles } from "../admin/choices";

export function LendDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const units = useUnitChoices();
  const vehicles = useVehicles();
  const fields: readonly Field[] = [
    { name: "unit_id", label: t("lending.unit"), kind: "choice", required: true, choices: units },
    {
      name: "vehicle_id",
      label: t("lending.ofVehicle"),
      kind: "choice",
      choices: vehicles
        .filter(({ retained }) => retained)
        .map(({ id, plate }) => ({ value: id, label: showPlate(plate) })),
    },
    { name: "to_unit_id", label: t("lending.toUnit"), kind: "choice", choices: units },
    { name: "from", label: t("lending.from"), kind: "date", required: true },
    { name: "until", label: t("lending.until"), kind: "date", required: true },
    { name: "words", label: t("lending.words"), kind: "text" },
  ];
  const send = useAct({
    run: (body: Schemas["StandingBody"], key) => lend(body, key),
    touches: ["lending"],
    done: t("lending.lent"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("lending.lend")}
      fields={fields}
      start={{}}
      busy={send.isPending}
      refusal={send.error}
      submit={t("lending.lend")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          unit_id: String(said["unit_id"]),
          vehicle_id: said["vehicle_id"] === null ? null : String(said["vehicle_id"]),
          to_unit_id: said["to_unit_id"] === null ? null : String(said["to_unit_id"]),
          start_at: wallToInstant(`${said["from"]} 00:00:00`, timezone),
          end_at: wallToInstant(`${said["until"]} 23:59:59`, timezone),
          words: String(said["words"] ?? ""),
        });
      }}
    />
  );
}
