// What the search found: pages, vehicles and orders this person may see, places of the city.
import { Box, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { readPage } from "../api/list";
import type { OrderRow } from "../api/orders";
import { searchPlaces } from "../api/places";
import type { LiveRow } from "../api/vehicles";
import { Icon, type IconName } from "../parts/Icon";
import { useSignedIn } from "../session/useSession";
import { wordFor } from "../text/codes";
import { menuFor } from "./menu";

interface Hit {
  readonly key: string;
  readonly icon: IconName;
  readonly name: string;
  readonly about: string;
  readonly to: string;
}

const MOST = 6;

export function SearchResults({ text, onChosen }: { text: string; onChosen: () => void }) {
  const { t } = useTranslation();
  const session = useSignedIn();
  const pages: Hit[] = menuFor(session)
    .map(({ path, name, icon }) => ({
      key: path,
      icon,
      name: t(`shell.menu.${name}`),
      about: t("shell.search.page"),
      to: path,
    }))
    .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  const found = useQuery({
    queryKey: ["search", text],
    queryFn: async ({ signal }) => {
      const [vehicles, orders, places] = await Promise.allSettled([
        readPage<LiveRow>("/api/vehicles", { q: text, limit: MOST }, signal),
        readPage<OrderRow>("/api/orders", { q: text, limit: MOST }, signal),
        searchPlaces(text, signal),
      ]);
      return {
        vehicles: vehicles.status === "fulfilled" ? vehicles.value.items : [],
        orders: orders.status === "fulfilled" ? orders.value.items : [],
        places: places.status === "fulfilled" ? places.value.slice(0, MOST) : [],
      };
    },
  });
  const data = found.data;
  const hits: Hit[] = [
    ...pages,
    ...(data?.vehicles ?? []).map((row) => ({
      key: row.id,
      icon: "vehicles" as const,
      name: row.plate,
      about: row.unit_name ?? "",
      to: `/map?vehicle=${row.id}`,
    })),
    ...(data?.orders ?? []).map((row) => ({
      key: row.id,
      icon: "trips" as const,
      name: t("order.number", { number: row.order_no }),
      about: [row.origin?.name, row.destination?.name].filter(Boolean).join(" → "),
      to: `/trips/${row.id}`,
    })),
    ...(data?.places ?? []).map((row) => ({
      key: `${row.lon},${row.lat}`,
      icon: "pin" as const,
      name: row.name,
      about: wordFor(t, "placeKind", row.kind),
      to: `/map?at=${row.lon},${row.lat}`,
    })),
  ];
  if (found.isSuccess && hits.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm" role="status">
        {t("shell.search.none")}
      </Text>
    );
  }
  return (
    <Box component="ul" m={0} mt="xs" p={0} style={{ listStyle: "none" }} onKeyDown={moveFocus}>
      {hits.map((hit) => (
        <li key={`${hit.icon}-${hit.key}`}>
          <Link to={hit.to} className="nav-link" onClick={onChosen}>
            <Icon name={hit.icon} size={18} />
            <span>{hit.name}</span>
            <Text component="span" size="sm" c="dimmed" truncate>
              {hit.about}
            </Text>
          </Link>
        </li>
      ))}
    </Box>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const next = links[links.indexOf(document.activeElement as HTMLElement) + step];
  event.preventDefault();
  next?.focus();
}
