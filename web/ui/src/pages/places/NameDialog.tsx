// One name of a place of one's own: added, corrected, ended, or offered again.
import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  addNamedPlace,
  correctNamedPlace,
  endNamedPlace,
  type NamedPlace,
  type NamedPlaceWanted,
} from "../../api/namedPlaces";
import { Ask } from "../../parts/Ask";
import { FormDialog } from "../../parts/form/FormDialog";
import { clean, type Field, type Values } from "../../parts/form/fields";
import { Icon } from "../../parts/Icon";
import { PickOnMap } from "../../parts/PickOnMap";
import { useAct } from "../../parts/useAct";
import { wordChoices } from "../admin/choices";

export const KINDS = [
  "office",
  "government",
  "depot",
  "hospital",
  "school",
  "hotel",
  "scenic",
  "station",
  "market",
  "residential",
  "restaurant",
  "entertainment",
  "private_club",
  "parking",
  "fuel",
  "park",
  "settlement",
] as const;
const TOUCHES = ["named-places", "places", "where"];
const BETWEEN = /[,，、;；\s]+/;

interface Point {
  readonly lon: number;
  readonly lat: number;
}

export function NameDialog({ row, onClose }: { row: NamedPlace | null; onClose: () => void }) {
  const { t } = useTranslation();
  const [point, setPoint] = useState<Point | null>(row ? { lon: row.lon, lat: row.lat } : null);
  const [tried, setTried] = useState(false);
  const [opened, map] = useDisclosure(false);
  const fields: Field[] = [
    { name: "name", label: t("ownName.name"), kind: "text", required: true },
    { name: "name_en", label: t("ownName.nameEn"), kind: "text" },
    { name: "short", label: t("ownName.short"), kind: "text", hint: t("ownName.shortHint") },
    { name: "kind", label: t("ownName.kind"), kind: "choice", choices: wordChoices(t, "placeKind", KINDS) },
  ];
  const save = useAct({
    run: (body: NamedPlaceWanted, key) =>
      row?.active ? correctNamedPlace(row.id, row.row_version, body, key) : addNamedPlace(body, key),
    touches: TOUCHES,
    done: t("common.saved"),
    quiet: true,
    after: onClose,
  });
  const end = useAct({
    run: (of: NamedPlace, key) => endNamedPlace(of.id, of.row_version, key),
    touches: TOUCHES,
    done: t("ownName.endedNow"),
    after: onClose,
  });
  const send = (values: Values) => {
    setTried(true);
    if (!point) return;
    const said = clean(fields, values);
    save.mutate({
      name: String(said["name"]),
      name_en: String(said["name_en"] ?? ""),
      short_names: String(said["short"] ?? "")
        .split(BETWEEN)
        .filter(Boolean),
      kind: String(said["kind"] ?? ""),
      datum: "WGS84",
      ...point,
    });
  };
  return (
    <>
      <FormDialog
        title={row ? row.name : t("ownName.add")}
        fields={fields}
        start={{
          name: row?.name ?? null,
          name_en: row?.name_en ?? null,
          short: row?.short_names.join("、") ?? null,
          kind: row?.kind || null,
        }}
        busy={save.isPending}
        refusal={save.error ?? end.error}
        {...(row && !row.active ? { submit: t("ownName.again") } : {})}
        onClose={onClose}
        onSend={send}
      >
        <Group gap="sm">
          <Button variant="default" leftSection={<Icon name="map" size={16} />} onClick={map.open}>
            {t("place.onMap")}
          </Button>
          <Text size="sm" {...(tried && !point ? { c: "red", role: "alert" } : {})}>
            {point
              ? `${t("ownName.point")} ${point.lon.toFixed(6)}, ${point.lat.toFixed(6)}`
              : t("ownName.noPoint")}
          </Text>
        </Group>
        {row?.active && (
          <Ask
            label={t("ownName.end")}
            consequence={t("ownName.endMeans")}
            busy={end.isPending}
            onConfirm={() => end.mutate(row)}
          />
        )}
      </FormDialog>
      <Modal opened={opened} onClose={map.close} title={t("place.onMap")} size="xl">
        <PickOnMap
          start={point ? { name: row?.name ?? "", ...point } : null}
          onPick={({ lon, lat }) => {
            setPoint({ lon, lat });
            map.close();
          }}
        />
      </Modal>
    </>
  );
}
