// /admin/vehicles: the files of vehicles; a row opens its card with custody over time.
import { Anchor, Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { LiveRow } from "../../api/vehicles";
import { VehicleStatus } from "../../parts/badges";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { UnitFilter } from "../../parts/list/UnitFilter";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { VEHICLE_STATUSES, wordChoices } from "./choices";
import { NewVehicleDialog, VehicleDialog } from "./VehicleDialogs";

export function Component() {
  const { t } = useTranslation();
  const name = useName();
  const state = useListState("plate", ["status", "unit"]);
  const mayEdit = useRight("vehicle.edit");
  const maySeeTrack = useRight("track.view");
  const [adding, setAdding] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const columns: Column<LiveRow>[] = [
    {
      id: "plate",
      tight: true,
      title: t("vehicle.plate"),
      show: (row) => showPlate(row.plate),
      sort: "plate",
    },
    { id: "class", title: t("vehicle.class"), show: (row) => wordFor(t, "vehicleClass", row.vehicle_class) },
    { id: "model", title: t("vehicle.model"), show: (row) => row.make_model || "—" },
    { id: "seats", title: t("vehicle.seats"), show: (row) => row.seats, numeric: true },
    { id: "energy", title: t("vehicle.energy"), show: (row) => wordFor(t, "energy", row.energy) },
    {
      id: "unit",
      title: t("vehicle.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en) ?? t("map.noUnit"),
      sort: "unit_name",
    },
    { id: "device", tight: true, title: t("vehicle.device"), show: (row) => row.device ?? "—" },
    {
      id: "status",
      title: t("vehicle.status"),
      show: (row) => <VehicleStatus status={row.status} />,
      sort: "status",
    },
    ...(maySeeTrack
      ? [
          {
            id: "drives",
            tight: true,
            title: t("shell.menu.drives"),
            show: (row: LiveRow) => <DrivesLink row={row} />,
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.vehicles")}
        about={t("vehicle.about")}
        actions={mayEdit && <Button onClick={() => setAdding(true)}>{t("vehicle.add")}</Button>}
      />
      <ListView<LiveRow>
        name="vehicles"
        path="/api/vehicles"
        counted="map.count"
        label={t("shell.menu.vehicles")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => setOpenId(id)}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="status"
              label={t("vehicle.status")}
              choices={wordChoices(t, "vehicleStatus", VEHICLE_STATUSES)}
            />
            <UnitFilter state={state} label={t("vehicle.unit")} />
          </>
        }
        empty={{ title: t("vehicle.none") }}
      />
      {adding && <NewVehicleDialog onClose={() => setAdding(false)} />}
      {openId && <VehicleDialog id={openId} onClose={() => setOpenId(null)} />}
    </>
  );
}

function DrivesLink({ row }: { row: LiveRow }) {
  const { t } = useTranslation();
  return (
    <Anchor
      component={Link}
      to={`/vehicles/${row.id}/drives`}
      size="sm"
      className="touch-link"
      aria-label={t("drives.of", { plate: showPlate(row.plate) })}
      onClick={(event) => event.stopPropagation()}
    >
      {t("drives.open")}
    </Anchor>
  );
}
