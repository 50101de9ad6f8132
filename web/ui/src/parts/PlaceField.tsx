// One place: typed and chosen from the city's places, or picked on a map. Earlier places come first.
import { ActionIcon, Autocomplete, Modal, Text, Tooltip } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OrderPlace } from "../api/orders";
import { type Place, searchPlaces } from "../api/places";
import { lookedAt } from "../map/looking";
import { useConfig } from "../session/useSession";
import { wordFor } from "../text/codes";
import { Icon } from "./Icon";
import { PickOnMap } from "./PickOnMap";

/** Places by what their option says: the name, with the district where several bear it. */
function labelled(places: readonly Place[]): Map<string, Place> {
  const same = (name: string) => places.filter((place) => place.name === name).length > 1;
  return new Map(
    places.map((place) => [
      same(place.name) && place.district ? `${place.name}（${place.district}）` : place.name,
      place,
    ]),
  );
}

interface PlaceFieldProps {
  id: string;
  label: string;
  value: OrderPlace | null;
  error?: string | undefined;
  onChange: (place: OrderPlace | null) => void;
}

export function PlaceField({ id, label, value, error, onChange }: PlaceFieldProps) {
  const { t, i18n } = useTranslation();
  const { map_center: centre } = useConfig();
  const [typed, setTyped] = useState(value?.name ?? "");
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const [opened, map] = useDisclosure(false);
  useEffect(() => {
    if (value) setTyped(value.name);
  }, [value]);
  const found = useQuery({
    queryKey: ["places", settled],
    queryFn: ({ signal }) => searchPlaces(settled, signal, lookedAt() ?? centre),
    staleTime: 60_000,
  });
  const places = found.data ?? [];
  const named = labelled(places);
  const nothing = found.isSuccess && places.length === 0 && settled === typed.trim();
  const choose = (name: string) => {
    const place = named.get(name);
    if (place) onChange({ name: place.name, lon: place.lon, lat: place.lat });
  };
  const about = (option: { readonly value: string }) => {
    const place = named.get(option.value);
    const other = i18n.language === "en" ? place?.name_en : null;
    const district = option.value === place?.name ? place.district : null;
    return [other, wordFor(t, "placeKind", place?.kind), district].filter(Boolean).join(" · ");
  };

  return (
    <>
      <Autocomplete
        id={id}
        label={label}
        placeholder={t("place.hint")}
        required
        error={error}
        value={typed}
        data={nothing ? [{ value: t("place.none"), disabled: true }] : [...named.keys()]}
        filter={({ options }) => options}
        {...(nothing ? { styles: { option: { opacity: 1 } } } : {})}
        limit={12}
        leftSection={<Icon name="pin" size={16} />}
        rightSectionPointerEvents="all"
        rightSection={
          <Tooltip label={t("place.onMap")}>
            <ActionIcon variant="subtle" aria-label={t("place.onMapFor", { label })} onClick={map.open}>
              <Icon name="map" size={18} />
            </ActionIcon>
          </Tooltip>
        }
        renderOption={({ option }) =>
          named.has(option.value) ? (
            <span>
              {option.value}
              <Text component="span" size="xs" c="dimmed" ml={8}>
                {about(option)}
              </Text>
            </span>
          ) : (
            option.value
          )
        }
        onChange={(text) => {
          setTyped(text);
          if (value && text !== value.name) onChange(null);
        }}
        onOptionSubmit={choose}
        onBlur={() => choose(typed.trim())}
      />
      <Modal opened={opened} onClose={map.close} title={t("place.pick", { label })} size="xl">
        <PickOnMap
          start={value}
          onPick={(place) => {
            onChange(place);
            setTyped(place.name);
            map.close();
          }}
        />
      </Modal>
    </>
  );
}
