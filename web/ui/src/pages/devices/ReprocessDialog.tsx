// Decoding again: first what would become of the messages, then, when told so, the run itself and how far it is.
import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { askRun, type NewRun, type Run, readRun } from "../../api/reprocess";
import { Dialog } from "../../parts/Dialog";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Failed, Loading } from "../../parts/states";
import { useAct } from "../../parts/useAct";
import { RunFacts } from "./RunFacts";

const REFRESH_MS = 1_000;

interface ReprocessDialogProps {
  wanted: Omit<NewRun, "dry">;
  onClose: () => void;
}

const isOver = (run: Run) => run.state === "done" || run.state === "failed";

export function ReprocessDialog({ wanted, onClose }: ReprocessDialogProps) {
  const { t } = useTranslation();
  const [preview, setPreview] = useState<Run | null>(null);
  const [run, setRun] = useState<Run | null>(null);
  const look = useAct({
    run: (_: null, key) => askRun({ ...wanted, dry: true }, key),
    touches: ["reprocess-runs"],
    quiet: true,
    after: setPreview,
  });
  const start = useAct({
    run: (_: null, key) => askRun({ ...wanted, dry: false }, key),
    touches: ["reprocess-runs"],
    quiet: true,
    after: setRun,
  });
  const asked = useRef(false);
  useEffect(() => {
    // Once, also where effects run twice.
    if (!asked.current) look.mutate(null);
    asked.current = true;
  }, [look.mutate]);
  return (
    <Dialog size="lg" title={t("again.title")} onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">{t("again.about")}</Text>
        <RefusalNote id="again-refusal" refusal={look.error ?? start.error} />
        {look.isPending && <Loading lines={3} />}
        {preview && !run && (
          <Followed key={preview.id} run={preview}>
            {(shown) => (
              <Group gap="sm" justify="flex-end">
                <Button variant="default" onClick={onClose}>
                  {t("common.cancel")}
                </Button>
                <Button
                  disabled={!isOver(shown)}
                  loading={start.isPending}
                  onClick={() => start.mutate(null)}
                >
                  {t("again.start")}
                </Button>
              </Group>
            )}
          </Followed>
        )}
        {run && (
          <Followed key={run.id} run={run}>
            {(shown) => (
              <Group gap="sm" justify="space-between">
                <Text size="sm" c="dimmed">
                  {isOver(shown) ? "" : t("again.mayLeave")}
                </Text>
                <Button onClick={onClose}>{t("common.close")}</Button>
              </Group>
            )}
          </Followed>
        )}
      </Stack>
    </Dialog>
  );
}

function Followed({ run, children }: { run: Run; children: (shown: Run) => React.ReactNode }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["reprocess-runs", "one", run.id],
    queryFn: () => readRun(run.id),
    initialData: run,
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : REFRESH_MS),
  });
  const shown = found.data;
  const share = shown.entries === 0 ? 100 : (100 * shown.looked_at) / shown.entries;
  return (
    <Stack gap="md">
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {!isOver(shown) && (
        <Progress value={share} aria-label={t("again.progress")} animated={shown.state === "running"} />
      )}
      <RunFacts run={shown} />
      {children(shown)}
    </Stack>
  );
}
