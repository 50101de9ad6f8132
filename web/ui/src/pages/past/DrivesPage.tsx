// /vehicles/:id/drives: how a vehicle drove and where it stood, over one day or several. The look is recorded, with its
// purpose where one is owed; narrowing and sorting ask nothing more.
import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { readPast } from "../../api/tracks";
import { readVehicle } from "../../api/vehicles";
import { dayOf, spanOfDays } from "../../app/time";
import { Looked } from "../../parts/Looked";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed } from "../../parts/states";
import { useConfig, useRight, useSignedIn } from "../../session/useSession";
import { showPlate } from "../../text/plates";
import { addressOf } from "../replay/wish";
import { Diary } from "./Diary";
import { type Days, possible } from "./diary";
import { PeriodChoice } from "./PeriodChoice";

const A_DAY = /^\d{4}-\d{2}-\d{2}$/;

function useDays(): [Days, string, (days: Days) => void] {
  const { timezone } = useConfig();
  const [today] = useState(() => dayOf(Date.now(), timezone));
  const [search, setSearch] = useSearchParams();
  const named = (name: string): string | null => {
    const day = search.get(name);
    return day && A_DAY.test(day) && Number.isFinite(Date.parse(day)) ? day : null;
  };
  const first = named("from") ?? named("to") ?? today;
  const days = possible({ first, last: named("to") ?? first }, today, "first");
  const change = (next: Days) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        after.set("from", next.first);
        after.set("to", next.last);
        after.delete("row");
        return after;
      },
      { replace: true },
    );
  return [days, today, change];
}

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { timezone } = useConfig();
  const needed = useSignedIn().purpose_required;
  const inRegister = useRight("vehicle.view");
  const maySeeAlerts = useRight("alert.view");
  const [days, today, setDays] = useDays();
  const vehicle = useQuery({
    queryKey: ["vehicles", "card", id],
    queryFn: () => readVehicle(id),
    retry: false,
  });
  const plate = vehicle.data ? showPlate(vehicle.data.plate) : "";
  const { from = "", to = "" } = spanOfDays(days.first, days.last, timezone);
  const words = encodeURIComponent(vehicle.data?.plate ?? "");
  return (
    <>
      <Anchor component={Link} to={inRegister ? `/admin/vehicles?q=${words}` : "/map"} size="sm">
        ← {t(inRegister ? "shell.menu.vehicles" : "shell.menu.map")}
      </Anchor>
      <PageHeader
        title={plate ? t("drives.of", { plate }) : t("shell.menu.drives")}
        about={t("drives.about")}
        actions={
          vehicle.data && (
            <>
              <Button
                component={Link}
                to={`/replay?${new URLSearchParams(addressOf({ vehicles: [id], from, to }))}`}
                variant="default"
                size="xs"
              >
                {t("replay.open")}
              </Button>
              <Button component={Link} to={`/map?vehicle=${id}`} variant="default" size="xs">
                {t("alert.onMap")}
              </Button>
              {maySeeAlerts && (
                <Button component={Link} to={`/alerts?q=${words}`} variant="default" size="xs">
                  {t("map.alertsOf")}
                </Button>
              )}
            </>
          )
        }
      />
      {vehicle.isError && <Failed error={vehicle.error} retry={() => void vehicle.refetch()} />}
      {vehicle.data && (
        <PurposeGate key={id} needed={needed} what={t("drives.what", { plate })}>
          {(purpose, change) => (
            <>
              <PeriodChoice days={days} today={today} onChange={setDays} />
              <Looked
                queryKey={["drives", id, from, to, purpose]}
                read={() => readPast(id, { from, to, least_s: 30 }, purpose)}
                lines={10}
                onChange={purpose === undefined ? undefined : change}
              >
                {(past, again) => (
                  <Diary
                    past={past}
                    vehicle={vehicle.data}
                    span={{ from, to, purpose }}
                    severalDays={days.first !== days.last}
                    onReload={again}
                  />
                )}
              </Looked>
            </>
          )}
        </PurposeGate>
      )}
    </>
  );
}
