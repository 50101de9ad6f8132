// One message that was not taken: why, what became of it and, for who may and says why, the message as it came.
import { Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Refused, readRefused } from "../../api/quarantine";
import { useTime } from "../../app/useTime";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import { Looked } from "../../parts/Looked";
import { Note } from "../../parts/Note";
import { PurposeGate } from "../../parts/PurposeGate";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { RawMessage } from "./RawMessage";
import { RefusedSteps } from "./RefusedSteps";

export function RefusedDialog({ row, onClose }: { row: Refused; onClose: () => void }) {
  const { t } = useTranslation();
  const mayOpen = useRight("device.raw");
  const mayEdit = useRight("device.edit");
  return (
    <Dialog size="xl" title={t("device.refused.entry", { device: row.device })} onClose={onClose}>
      <Stack gap="md">
        <Known row={row} />
        {mayEdit && row.settled_at === null && <RefusedSteps row={row} onClose={onClose} />}
        {mayOpen ? (
          <PurposeGate needed what={t("device.refused.what", { device: row.device })}>
            {(purpose, change) => (
              <Looked
                queryKey={["refused", row.id, purpose]}
                read={() => readRefused(row.id, purpose)}
                onChange={change}
              >
                {({ raw }) =>
                  raw ? <RawMessage raw={raw} /> : <Note tone="info">{t("device.refused.noBytes")}</Note>
                }
              </Looked>
            )}
          </PurposeGate>
        ) : (
          <Note tone="info">{t("device.refused.mayNot")}</Note>
        )}
      </Stack>
    </Dialog>
  );
}

function Known({ row }: { row: Refused }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const became = [
    row.settled_as ? wordFor(t, "settledAs", row.settled_as) : t("device.refused.waiting"),
    row.stored ? t("device.refused.stored", { count: row.stored }) : null,
    row.settled_at
      ? t("device.refused.settledBy", { at: time(row.settled_at), who: row.settled_by ?? "—" })
      : null,
  ];
  return (
    <Facts
      facts={[
        [t("device.refused.reason"), wordFor(t, "quarantine", row.reason)],
        row.detail ? [t("device.refused.detail"), row.detail] : null,
        [t("device.refused.first"), time(row.received_at)],
        [t("device.refused.last"), time(row.last_received_at)],
        [t("device.refused.times"), row.times],
        row.plate ? [t("device.refused.plate"), showPlate(row.plate)] : null,
        row.unit_name ? [t("device.refused.unit"), name(row.unit_name, row.unit_name_en)] : null,
        [t("device.refused.topic"), row.topic],
        row.item === null ? null : [t("device.refused.item"), row.item + 1],
        [t("device.refused.became"), became.filter(Boolean).join(t("punctuation.comma"))],
        row.settled_fixed_at ? [t("device.refused.fixedAt"), time(row.settled_fixed_at)] : null,
        row.tried_at
          ? [
              t("device.refused.again"),
              t("device.refused.stillRefused", {
                at: time(row.tried_at),
                reason: wordFor(t, "quarantine", row.tried_reason),
                detail: row.tried_detail ?? "",
              }),
            ]
          : null,
      ]}
    />
  );
}
