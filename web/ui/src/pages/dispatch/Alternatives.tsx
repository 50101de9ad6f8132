// The other vehicles of a suggestion: those that could take the order, nearest first and each to be chosen instead, and
// the rest counted by what keeps them away.
import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Proposed } from "../../api/dispatch";
import { asCode, sentence, wordFor } from "../../text/codes";
import { showPlate } from "../../text/plates";

interface AlternativesProps {
  proposed: Proposed;
  onChoose: (vehicleId: string) => void;
}

export function Alternatives({ proposed, onChoose }: AlternativesProps) {
  const { t } = useTranslation();
  const { alternatives, excluded, others } = proposed;
  const unlisted = others - alternatives.length;
  return (
    <Stack gap="xs">
      <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: "none" }}>
        {alternatives.map((each) => (
          <li key={each.vehicle_id}>
            <Group gap="xs" wrap="nowrap" justify="space-between">
              <Text size="sm">
                <strong>{showPlate(each.plate)}</strong> {t("dispatch.seats", { count: each.seats })} ·{" "}
                {each.reasons
                  .map((reason) => sentence(t, "dispatchReason", asCode(reason)))
                  .join(t("punctuation.comma"))}
              </Text>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t("dispatch.chooseVehicle", { plate: showPlate(each.plate) })}
                onClick={() => onChoose(each.vehicle_id)}
                style={{ flex: "none" }}
              >
                {t("dispatch.chooseThis")}
              </Button>
            </Group>
          </li>
        ))}
      </Stack>
      {unlisted > 0 && <Text size="sm">{t("dispatch.unlisted", { count: unlisted })}</Text>}
      {excluded.length > 0 && (
        <>
          <Text size="sm" fw={600}>
            {t("dispatch.excluded")}
          </Text>
          <Stack component="ul" gap={4} m={0} pl="md">
            {excluded.map(({ code, vehicles, plates }) => (
              <Text component="li" size="sm" key={code}>
                {t(plates.length < vehicles ? "dispatch.excludedMany" : "dispatch.excludedAll", {
                  why: wordFor(t, "obstacle", code),
                  vehicles,
                  plates: plates.map(showPlate).join(t("punctuation.comma")),
                })}
              </Text>
            ))}
          </Stack>
        </>
      )}
    </Stack>
  );
}
