// /admin/places: names of places of one's own, with short names; found when booking and used where a point is said in words.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NamedPlace } from "../../api/namedPlaces";
import { useTime } from "../../app/useTime";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { wordChoices } from "../admin/choices";
import { KINDS, NameDialog } from "./NameDialog";

export function Component() {
  const { t } = useTranslation();
  const named = useName();
  const time = useTime();
  const mayEdit = useRight("place.edit");
  const state = useListState("name", ["category", "current"]);
  const [opened, setOpened] = useState<NamedPlace | "new" | null>(null);
  const columns: Column<NamedPlace>[] = [
    { id: "name", title: t("ownName.name"), show: (row) => named(row.name, row.name_en), sort: "name" },
    {
      id: "short",
      title: t("ownName.short"),
      show: (row) => row.short_names.join(t("punctuation.comma")) || "—",
    },
    {
      id: "kind",
      tight: true,
      title: t("ownName.kind"),
      show: (row) => wordFor(t, "placeKind", row.kind),
      sort: "kind",
    },
    {
      id: "point",
      tight: true,
      title: t("ownName.point"),
      show: (row) => `${row.lon.toFixed(5)}, ${row.lat.toFixed(5)}`,
    },
    {
      id: "active",
      tight: true,
      title: t("ownName.state"),
      show: (row) => (
        <Tone tone={row.active ? "good" : "neutral"}>
          {t(row.active ? "ownName.inUse" : "ownName.ended")}
        </Tone>
      ),
    },
    {
      id: "updated",
      tight: true,
      title: t("ownName.updated"),
      show: (row) => time(row.updated_at),
      sort: "updated_at",
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.places")}
        about={t("ownName.about")}
        actions={mayEdit && <Button onClick={() => setOpened("new")}>{t("ownName.add")}</Button>}
      />
      <ListView<NamedPlace>
        name="named-places"
        path="/api/named-places"
        label={t("shell.menu.places")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayEdit ? { onOpen: setOpened } : {})}
        filters={
          <>
            <ChoiceFilter
              state={state}
              name="category"
              label={t("ownName.kind")}
              choices={wordChoices(t, "placeKind", KINDS)}
            />
            <ChoiceFilter
              state={state}
              name="current"
              label={t("ownName.state")}
              choices={[
                { value: "true", label: t("ownName.inUse") },
                { value: "false", label: t("ownName.ended") },
              ]}
            />
          </>
        }
        empty={{ title: t("ownName.none"), hint: t("ownName.noneHint") }}
      />
      {opened && <NameDialog row={opened === "new" ? null : opened} onClose={() => setOpened(null)} />}
    </>
  );
}
