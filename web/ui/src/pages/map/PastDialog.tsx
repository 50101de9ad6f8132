// Where the chosen vehicle was on a day: its track, its drives and stops in order of time. A drive that is pressed is shown
// alone. Every day opened is a look that the server records, with a purpose where one is owed, so it is read once.
import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type DriveRow, type Past, readPast } from "../../api/tracks";
import { dayOf, spanOfDays } from "../../app/time";
import { EvidenceMap } from "../../map/EvidenceMap";
import { Dialog } from "../../parts/Dialog";
import { Note } from "../../parts/Note";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed, Loading } from "../../parts/states";
import { useConfig, useSignedIn } from "../../session/useSession";
import { DayChoice } from "./DayChoice";
import { PastList } from "./PastList";

interface PastDialogProps {
  vehicleId: string;
  plate: string;
  /** The civil day that is opened first; today when it is not said. */
  day?: string;
  onClose: () => void;
}

export function PastDialog({ vehicleId, plate, day, onClose }: PastDialogProps) {
  const { t } = useTranslation();
  const owesPurpose = useSignedIn().purpose_required;
  return (
    <Dialog title={t("past.title", { plate })} size="xl" onClose={onClose}>
      <PurposeGate needed={owesPurpose} what={t("trips.track")}>
        {(purpose) => <Days vehicleId={vehicleId} plate={plate} first={day} purpose={purpose} />}
      </PurposeGate>
    </Dialog>
  );
}

function Days({
  vehicleId,
  plate,
  first,
  purpose,
}: Omit<PastDialogProps, "onClose" | "day"> & { first: string | undefined; purpose: string | undefined }) {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const [today] = useState(() => dayOf(Date.now(), timezone));
  const [day, setDay] = useState(first ?? today);
  const past = useQuery({
    queryKey: ["past", vehicleId, day, purpose],
    queryFn: ({ signal }) => {
      const { from = "", to = "" } = spanOfDays(day, day, timezone);
      return readPast(vehicleId, { from, to }, purpose, signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Stack gap="sm">
      <DayChoice day={day} latest={today} onChange={setDay} />
      {past.isPending && <Loading lines={6} />}
      {past.isError && <Failed error={past.error} retry={() => void past.refetch()} />}
      {past.data && <OneDay key={day} past={past.data} plate={plate} />}
      <Text size="xs" c="dimmed">
        {t("trips.trackRecorded")}
      </Text>
    </Stack>
  );
}

function OneDay({ past, plate }: { past: Past; plate: string }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<DriveRow | null>(null);
  const fixes = useMemo(() => {
    if (!chosen) return past.fixes;
    const from = Date.parse(chosen.started_at);
    const to = chosen.ended_at ? Date.parse(chosen.ended_at) : Number.POSITIVE_INFINITY;
    return past.fixes.filter(([, , ms]) => ms >= from && ms <= to);
  }, [past.fixes, chosen]);
  if (past.sight === "none") return <Note tone="neutral">{t("past.hidden")}</Note>;
  if (past.fixes.length === 0) return <Note tone="neutral">{t("past.none")}</Note>;
  return (
    <>
      {past.sight === "part" && <Note tone="info">{t("evidence.partly")}</Note>}
      {past.truncated && <Note tone="warn">{t("past.truncated")}</Note>}
      <EvidenceMap
        label={t("past.title", { plate })}
        height={340}
        fixes={fixes}
        planned={null}
        corridor={null}
      />
      <PastList drives={past.drives} stops={past.stops} chosen={chosen} onChoose={setChosen} />
    </>
  );
}
