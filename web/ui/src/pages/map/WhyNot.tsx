// The answer to "why is this vehicle not on the map": every reason that holds, the most basic first.
import { List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { whyNotOnMap } from "../../api/vehicles";
import { useTime } from "../../app/useTime";
import { Note } from "../../parts/Note";
import { Failed, Loading } from "../../parts/states";
import { useRight } from "../../session/useSession";
import { type CodeWithParams, sentence, wordFor } from "../../text/codes";

export function WhyNot({ vehicleId }: { vehicleId: string }) {
  const { t } = useTranslation();
  const time = useTime();
  const tends = useRight("device.view");
  const why = useQuery({ queryKey: ["why-not", vehicleId], queryFn: () => whyNotOnMap(vehicleId) });
  if (why.isPending) return <Loading lines={2} />;
  if (why.isError) return <Failed error={why.error} retry={() => void why.refetch()} />;

  const inWords = ({ code, params }: CodeWithParams): CodeWithParams => ({
    code,
    params: Object.fromEntries(
      Object.entries(params ?? {}).map(([name, value]) => {
        if (name === "at" || name === "bound_at") return [name, time(value as string | null, "full")];
        if (name === "online") return [name, wordFor(t, "online", String(value))];
        if (name === "reason") return [name, wordFor(t, "quarantine", String(value))];
        return [name, value ?? "—"];
      }),
    ),
  });
  return (
    <Note tone="warn" title={t("map.whyNot.title")}>
      {why.data.reasons.length === 0 ? (
        t("map.whyNot.soon")
      ) : (
        <List size="sm" spacing={4}>
          {why.data.reasons.map((reason) => (
            <List.Item key={reason.code}>
              {sentence(t, "whyNot", inWords(reason))}
              {tends && <Detail of={reason} />}
            </List.Item>
          ))}
        </List>
      )}
    </Note>
  );
}

/** What the receiving program noted, in its own words, for whoever tends locators. */
function Detail({ of: { params } }: { of: CodeWithParams }) {
  const detail = params?.["detail"];
  if (typeof detail !== "string" || !detail) return null;
  return (
    <Text component="span" size="xs" lang="en" display="block">
      {detail}
    </Text>
  );
}
