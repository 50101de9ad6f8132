// /replay: up to twenty vehicles on one clock. What is shown, and where the clock rests, is in the address; the look is
// recorded with its purpose where one is owed.
import { Button, CopyButton } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { readReplay } from "../../api/replay";
import { Looked } from "../../parts/Looked";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
import { Empty } from "../../parts/states";
import { useSignedIn } from "../../session/useSession";
import { Player } from "./Player";
import { ReplayWish } from "./ReplayWish";
import { addressOf, wishOf } from "./wish";

export function Component() {
  const { t } = useTranslation();
  const needed = useSignedIn().purpose_required;
  const [nowMs] = useState(() => Date.now());
  const [search, setSearch] = useSearchParams();
  const asked = `${search.get("vehicles") ?? ""} ${search.get("from") ?? ""} ${search.get("to") ?? ""}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the address only what is asked for counts here
  const wish = useMemo(() => wishOf(search, nowMs), [asked, nowMs]);
  const bounds = useMemo(() => ({ fromMs: Date.parse(wish.from), toMs: Date.parse(wish.to) }), [wish]);
  return (
    <>
      <PageHeader
        title={t("shell.menu.replay")}
        about={t("replay.about")}
        actions={
          wish.vehicles.length > 0 && (
            <CopyButton value={window.location.href}>
              {({ copied, copy }) => (
                <Button variant="default" size="xs" onClick={copy}>
                  {t(copied ? "replay.copied" : "replay.copy")}
                </Button>
              )}
            </CopyButton>
          )
        }
      />
      <ReplayWish key={asked} wish={wish} onPlay={(next) => setSearch(addressOf(next))} />
      {wish.vehicles.length === 0 ? (
        <Empty title={t("replay.choose")} hint={t("replay.chooseHint")} icon="vehicles" />
      ) : (
        <PurposeGate needed={needed} what={t("trips.track")}>
          {(purpose, change) => (
            <Looked
              queryKey={["replay", wish, purpose]}
              read={() => readReplay(wish.vehicles, wish.from, wish.to, purpose)}
              lines={10}
              onChange={purpose === undefined ? undefined : change}
            >
              {(replay) => <Player key={asked} replay={replay} bounds={bounds} />}
            </Looked>
          )}
        </PurposeGate>
      )}
    </>
  );
}
