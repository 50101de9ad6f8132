// One run in words: how far it is and what became of its messages, those that wait on by reason.
import { useTranslation } from "react-i18next";
import type { Run } from "../../api/reprocess";
import { Facts } from "../../parts/Facts";
import { Tone, type ToneName } from "../../parts/Tone";
import { wordFor } from "../../text/codes";

const BECAME = ["stored", "duplicate", "event", "nothing"] as const;
export const RUN_TONES: Record<string, ToneName> = {
  queued: "info",
  running: "info",
  done: "good",
  failed: "bad",
};

export function RunFacts({ run }: { run: Run }) {
  const { t } = useTranslation();
  const count = (name: string) => run.counts[name] ?? 0;
  const reasons = Object.entries(run.counts).filter(([name]) => name.startsWith("why."));
  return (
    <Facts
      facts={[
        [
          t("again.state"),
          <Tone key="state" tone={RUN_TONES[run.state] ?? "neutral"}>
            {wordFor(t, "runState", run.state)}
          </Tone>,
        ],
        [t("again.looked"), t("again.of", { count: run.looked_at, entries: run.entries })],
        [t("again.fixes"), count("fixes_stored")],
        ...BECAME.map((name) =>
          count(name) > 0
            ? ([t("again.became", { what: wordFor(t, "settledAs", name) }), count(name)] as const)
            : null,
        ),
        [t("again.waiting"), count("waiting")],
        ...reasons.map(
          ([name, times]) =>
            [
              t("again.because", { reason: wordFor(t, "quarantine", name.slice("why.".length)) }),
              times,
            ] as const,
        ),
        count("passed") > 0 ? [t("again.passed"), count("passed")] : null,
        run.trouble ? [t("again.trouble"), run.trouble] : null,
      ]}
    />
  );
}
