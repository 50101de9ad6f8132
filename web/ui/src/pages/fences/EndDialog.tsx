// Ending a fence on a date: a draft that somebody else publishes, as every change of a fence.
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { addDraft, type FenceVersion, type FenceWanted } from "../../api/fences";
import { wallToInstant } from "../../app/time";
import { saidBy, sketchOf } from "../../map/draw/sketch";
import { FormDialog } from "../../parts/form/FormDialog";
import type { Field } from "../../parts/form/fields";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { useName } from "../../text/names";

export function EndDialog({ version, onClose }: { version: FenceVersion; onClose: () => void }) {
  const { t } = useTranslation();
  const named = useName();
  const navigate = useNavigate();
  const { timezone } = useConfig();
  const fields: Field[] = [
    { name: "effective_at", label: t("fence.endsAt"), kind: "moment", hint: t("fence.endsAtHint") },
  ];
  const save = useAct({
    run: (body: FenceWanted, key) => addDraft(body, key).then(({ id }) => id),
    touches: ["fence-drafts", "fences"],
    done: t("fence.saved"),
    quiet: true,
    after: (id) => void navigate(`/admin/areas/drafts/${id}`),
  });
  return (
    <FormDialog
      title={t("fence.endTitle", { name: named(version.name, version.name_en) })}
      fields={fields}
      start={{ effective_at: null }}
      busy={save.isPending}
      refusal={save.error}
      submit={t("fence.save")}
      onClose={onClose}
      onSend={({ effective_at }) =>
        save.mutate({
          code: version.code,
          kind: version.kind,
          name: version.name,
          name_en: version.name_en,
          category: version.category,
          capacity: version.capacity,
          speed_limit_kmh: version.speed_limit_kmh,
          shape: saidBy(sketchOf(version.drawn, version.geometry)),
          watch: version.watch,
          ends: true,
          effective_at: typeof effective_at === "string" ? wallToInstant(effective_at, timezone) : null,
        } as unknown as FenceWanted)
      }
    >
      <Text size="sm" c="dimmed">
        {t("fence.endAbout")}
      </Text>
    </FormDialog>
  );
}
