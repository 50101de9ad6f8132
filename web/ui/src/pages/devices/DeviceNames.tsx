// In a locator's file: the names it goes by elsewhere with their dates, and the way to its messages.
import { Anchor, Button, Divider, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SourceBinding } from "../../api/foreignNames";
import { readPage } from "../../api/list";
import type { Device } from "../../api/register";
import { useTime } from "../../app/useTime";
import { Facts } from "../../parts/Facts";
import { Failed, Loading } from "../../parts/states";
import { wordFor } from "../../text/codes";
import { NameDialog } from "./NameDialog";

const SHOWN = 10;

export function DeviceNames({ device }: { device: Device }) {
  const { t } = useTranslation();
  const time = useTime();
  const [adding, setAdding] = useState(false);
  const query = { device: device.code, sort: "-since", limit: SHOWN };
  const names = useQuery({
    queryKey: ["source-bindings", "of", device.code],
    queryFn: ({ signal }) => readPage<SourceBinding>("/api/source-bindings", query, signal),
  });
  const span = (row: SourceBinding) =>
    t("foreign.span", {
      since: time(row.since),
      until: row.until ? time(row.until) : t("foreign.stillHolds"),
    });
  return (
    <>
      <Divider label={t("foreign.title")} />
      {names.isPending && <Loading lines={2} />}
      {names.isError && <Failed error={names.error} retry={() => void names.refetch()} />}
      {names.isSuccess && names.data.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("foreign.noneOfDevice")}
        </Text>
      )}
      {names.isSuccess && names.data.items.length > 0 && (
        <Facts
          facts={names.data.items.map((row) => [
            `${wordFor(t, "foreignForm", row.source)} · ${row.external_id}`,
            span(row),
          ])}
        />
      )}
      <Group gap="md">
        <Button variant="default" onClick={() => setAdding(true)}>
          {t("foreign.add")}
        </Button>
        <Anchor
          component={Link}
          to={`/admin/devices/names?device=${encodeURIComponent(device.code)}`}
          size="sm"
        >
          {t("foreign.all")}
        </Anchor>
        <Anchor component={Link} to={`/admin/devices/${device.id}/messages`} size="sm">
          {t("sent.title")}
        </Anchor>
      </Group>
      {adding && (
        <NameDialog start={{ device_id: device.id }} code={device.code} onClose={() => setAdding(false)} />
      )}
    </>
  );
}
