// What a search finds: pages, vehicles and orders this person may see, places of the city. An order named by its
// exact number comes first.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Page, readPage } from "../api/list";
import type { OrderRow } from "../api/orders";
import { searchPlaces } from "../api/places";
import type { LiveRow } from "../api/vehicles";
import { type LonLat, lookedAt } from "../map/looking";
import type { IconName } from "../parts/Icon";
import { wayOf } from "../parts/orderWords";
import { useConfig, useSignedIn } from "../session/useSession";
import { wordFor } from "../text/codes";
import { useName } from "../text/names";
import { showPlate } from "../text/plates";
import { menuFor } from "./menu";

export interface Hit {
  readonly key: string;
  readonly icon: IconName;
  readonly name: string;
  readonly about: string;
  readonly to: string;
}

const MOST = 6;
/** The same reading as web/search.py. */
const ORDER_NUMBER = /^(?:派车单|用车申请|order|no\.?|#)?\s*#?\s*(\d{1,9})\s*号?$/i;

export const orderNumber = (text: string): string | null => ORDER_NUMBER.exec(text.trim())?.[1] ?? null;

async function look(text: string, signal: AbortSignal, near: LonLat | null | undefined) {
  const number = orderNumber(text);
  const orders = (q: string) => readPage<OrderRow>("/api/orders", { q, limit: MOST }, signal);
  const nothing: Page<OrderRow> = { items: [] };
  const [exact, others, vehicles, places] = await Promise.allSettled([
    number ? orders(`#${number}`) : nothing,
    orders(text),
    readPage<LiveRow>("/api/vehicles", { q: text, limit: MOST }, signal),
    searchPlaces(text, signal, near),
  ]);
  const items = <Row>(found: PromiseSettledResult<Page<Row>>): Row[] =>
    found.status === "fulfilled" ? found.value.items : [];
  const first = items(exact);
  return {
    exact: first,
    orders: items(others).filter(({ id }) => !first.some((row) => row.id === id)),
    vehicles: items(vehicles),
    places: places.status === "fulfilled" ? places.value.slice(0, MOST) : [],
  };
}

export function useHits(text: string): { hits: readonly Hit[]; ready: boolean } {
  const { t } = useTranslation();
  const name = useName();
  const { map_center: centre } = useConfig();
  const pages = menuFor(useSignedIn())
    .map((entry) => ({ ...entry, title: t(`shell.menu.${entry.name}`) }))
    .filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()));
  const found = useQuery({
    queryKey: ["search", text],
    queryFn: ({ signal }) => look(text, signal, lookedAt() ?? centre),
    enabled: text !== "",
  });
  const orderHit = (row: OrderRow): Hit => ({
    key: row.id,
    icon: "trips",
    name: t("order.number", { number: row.order_no }),
    about: wayOf(row),
    to: `/trips/${row.id}`,
  });
  const { exact = [], orders = [], vehicles = [], places = [] } = found.data ?? {};
  const hits: Hit[] = [
    ...exact.map(orderHit),
    ...pages.map(({ path, icon, title }) => ({
      key: path,
      icon,
      name: title,
      about: t("shell.search.page"),
      to: path,
    })),
    ...vehicles.map((row) => ({
      key: row.id,
      icon: "vehicles" as const,
      name: showPlate(row.plate),
      about: name(row.unit_name, row.unit_name_en) ?? "",
      to: `/map?vehicle=${row.id}`,
    })),
    ...orders.map(orderHit),
    ...places.map((row) => ({
      key: row.id,
      icon: "pin" as const,
      name: name(row.name, row.name_en) ?? row.name,
      about: [wordFor(t, "placeKind", row.kind), row.district].filter(Boolean).join(" · "),
      to: `/map?at=${row.lon},${row.lat}`,
    })),
  ];
  return { hits: text === "" ? [] : hits, ready: found.isSuccess };
}
