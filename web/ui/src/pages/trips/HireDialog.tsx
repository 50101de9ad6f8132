// What was agreed with a vendor: plate, driver and, where it differs from the price list, the amount in yuan.
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { hire, type Option } from "../../api/ladder";
import type { OrderDetail } from "../../api/orders";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";

export function HireDialog({
  order,
  vendor,
  onClose,
}: {
  order: OrderDetail;
  vendor: Option;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const fields: readonly Field[] = [
    { name: "plate", label: t("ladder.plate"), kind: "text", required: true },
    {
      name: "seats",
      label: t("ladder.seatsOf"),
      kind: "number",
      required: true,
      min: 1,
      max: 79,
      whole: true,
    },
    { name: "driver_name", label: t("ladder.driver"), kind: "text" },
    { name: "driver_phone", label: t("ladder.phone"), kind: "text" },
    {
      name: "yuan",
      label: t("ladder.agreed"),
      kind: "number",
      min: 0,
      max: 1_000_000,
      hint: t("ladder.agreedHint"),
    },
  ];
  const send = useAct({
    run: (body: Schemas["HireBody"], key) => hire(order.id, body, key),
    touches: ["order", "orders", "queue", "ladder"],
    done: t("ladder.entered"),
    quiet: true,
    after: onClose,
  });
  return (
    <FormDialog
      title={t("ladder.hireFrom", { vendor: vendor.name })}
      fields={fields}
      start={{ seats: Number(vendor.params?.["seats"] ?? 4) }}
      busy={send.isPending}
      refusal={send.error}
      submit={t("ladder.hire")}
      onClose={onClose}
      onSend={(values) => {
        const said = clean(fields, values);
        const yuan = said["yuan"];
        send.mutate({
          vendor_id: String(vendor.params?.["vendor_id"]),
          plate: String(said["plate"] ?? ""),
          seats: Number(said["seats"]),
          driver_name: String(said["driver_name"] ?? ""),
          driver_phone: String(said["driver_phone"] ?? ""),
          cents: typeof yuan === "number" && yuan > 0 ? Math.round(yuan * 100) : null,
        });
      }}
    />
  );
}
