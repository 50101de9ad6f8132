// A version of the price of a class: rates in yuan, holding from midnight of a day on. Tiers come by the API.
import { useTranslation } from "react-i18next";
import { draftTariff, type TariffBody } from "../../api/money";
import { wallToInstant } from "../../app/time";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { VEHICLE_CLASSES, wordChoices } from "../admin/choices";

const RATES = {
  cents_per_km: "perKm",
  cents_per_hour: "perHour",
  cents_per_waiting_hour: "perWait",
  allowance_cents_per_day: "perDay",
  minimum_cents: "minimum",
} as const;
const EVERY = "every";

export function TariffDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const fields: readonly Field[] = [
    {
      name: "vehicle_class",
      label: t("tariff.class"),
      kind: "choice",
      required: true,
      choices: [
        { value: EVERY, label: t("tariff.every") },
        ...wordChoices(t, "vehicleClass", VEHICLE_CLASSES),
      ],
    },
    { name: "holds_from", label: t("tariff.since"), kind: "date", required: true },
    ...Object.entries(RATES).map(
      ([name, word]): Field => ({
        name,
        label: `${t(`tariff.${word}`)}${t("tariff.yuan")}`,
        kind: "number",
        min: 0,
        max: 100_000,
      }),
    ),
    { name: "reason", label: t("tariff.reason"), kind: "text", required: true },
  ];
  const send = useAct({
    run: (body: TariffBody, key) => draftTariff(body, key),
    touches: ["tariffs"],
    done: t("tariff.drafted"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("tariff.draft")}
      fields={fields}
      start={{ vehicle_class: EVERY }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("tariff.draft")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        const rates = Object.keys(RATES).map((name) => [name, Math.round(Number(said[name] ?? 0) * 100)]);
        send.mutate({
          vehicle_class:
            said["vehicle_class"] === EVERY ? null : (said["vehicle_class"] as TariffBody["vehicle_class"]),
          holds_from: wallToInstant(`${said["holds_from"]} 00:00:00`, timezone),
          reason: String(said["reason"] ?? ""),
          km_tiers: [],
          waiting_free_min: 0,
          allowance_from_h: 8,
          ...Object.fromEntries(rates),
        } as TariffBody);
      }}
    />
  );
}
