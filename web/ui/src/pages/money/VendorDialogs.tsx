// Forms of vendors, their prices and lump sums; amounts in yuan, holding from midnight of a day on.
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { addVendor, setLumpSum, setPrice } from "../../api/ladder";
import { wallToInstant } from "../../app/time";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { wordChoices } from "../admin/choices";

const MODES = ["metro", "bus", "taxi", "coach", "train"] as const;
const cents = (yuan: unknown) => Math.round(Number(yuan ?? 0) * 100);

export function VendorDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    { name: "name", label: t("vendor.name"), kind: "text", required: true },
    { name: "phone", label: t("vendor.phone"), kind: "text" },
  ];
  const send = useAct({
    run: (body: Schemas["VendorBody"], key) => addVendor(body, key),
    touches: ["vendors"],
    done: t("vendor.added"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("vendor.add")}
      fields={fields}
      start={{}}
      busy={send.isPending}
      refusal={send.error}
      submit={t("vendor.add")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({ name: String(said["name"] ?? ""), phone: String(said["phone"] ?? ""), active: true });
      }}
    />
  );
}

export function PriceDialog({ vendor, onClose }: { vendor: Schemas["VendorRow"]; onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const amount = (name: string, word: string): Field => ({
    name,
    label: `${word}${t("tariff.yuan")}`,
    kind: "number",
    min: 0,
    max: 100_000,
  });
  const fields: readonly Field[] = [
    { name: "seats", label: t("vendor.seats"), kind: "number", required: true, min: 1, max: 79, whole: true },
    { name: "from", label: t("vendor.since"), kind: "date", required: true },
    amount("cents_per_day", t("vendor.perDay")),
    amount("cents_per_km", t("vendor.perKm")),
    amount("minimum_cents", t("vendor.minimum")),
  ];
  const send = useAct({
    run: (body: Schemas["PriceBody"], key) => setPrice(vendor.id, body, key),
    touches: ["vendors", "vendor-prices"],
    done: t("vendor.priced"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={`${t("vendor.price")} · ${vendor.name}`}
      fields={fields}
      start={{ seats: 4 }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("vendor.price")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          seats: Number(said["seats"]),
          holds_from: wallToInstant(`${said["from"]} 00:00:00`, timezone),
          cents_per_day: cents(said["cents_per_day"]),
          cents_per_km: cents(said["cents_per_km"]),
          minimum_cents: cents(said["minimum_cents"]),
        });
      }}
    />
  );
}

export function LumpSumDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const fields: readonly Field[] = [
    {
      name: "mode",
      label: t("vendor.mode"),
      kind: "choice",
      required: true,
      choices: wordChoices(t, "travelMode", MODES),
    },
    { name: "level", label: t("vendor.level"), kind: "text" },
    {
      name: "up_to_km",
      label: t("vendor.upTo"),
      kind: "number",
      required: true,
      min: 1,
      max: 10_000,
      whole: true,
    },
    {
      name: "yuan",
      label: `${t("vendor.perPerson")}${t("tariff.yuan")}`,
      kind: "number",
      required: true,
      min: 0.01,
      max: 100_000,
    },
    { name: "from", label: t("vendor.since"), kind: "date", required: true },
  ];
  const send = useAct({
    run: (body: Schemas["LumpSumBody"], key) => setLumpSum(body, key),
    touches: ["lump-sums"],
    done: t("vendor.lumped"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("vendor.lump")}
      fields={fields}
      start={{}}
      busy={send.isPending}
      refusal={send.error}
      submit={t("vendor.lump")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        send.mutate({
          mode: said["mode"] as Schemas["LumpSumBody"]["mode"],
          level: String(said["level"] ?? ""),
          up_to_km: Number(said["up_to_km"]),
          cents_per_person: cents(said["yuan"]),
          holds_from: wallToInstant(`${said["from"]} 00:00:00`, timezone),
        });
      }}
    />
  );
}
