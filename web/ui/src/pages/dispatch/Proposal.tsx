// The suggested vehicle and driver with the reasons, and the alternatives with theirs.
import { Box, Button, Collapse, Group, List, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Alternative, Proposed } from "../../api/dispatch";
import { Tone } from "../../parts/Tone";
import { asCode, sentence } from "../../text/codes";
import { showPlate } from "../../text/plates";

interface ProposalProps {
  proposed: Proposed;
  busy: boolean;
  onAccept: () => void;
}

export function Proposal({ proposed, busy, onAccept }: ProposalProps) {
  const { t } = useTranslation();
  const [opened, others] = useDisclosure(false);
  return (
    <Box p="sm" style={{ borderRadius: 8, background: "var(--day-selected)" }}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <div>
            <Text fw={700}>{showPlate(proposed.plate)}</Text>
            <Text size="sm">{t("dispatch.driver", { name: proposed.driver_name })}</Text>
          </div>
          <Button size="sm" loading={busy} onClick={onAccept}>
            {t("dispatch.accept")}
          </Button>
        </Group>
        <List size="sm" spacing={2}>
          {proposed.reasons.map((reason) => (
            <List.Item key={JSON.stringify(reason)}>
              {sentence(t, "dispatchReason", asCode(reason))}
            </List.Item>
          ))}
        </List>
        {proposed.alternatives.length > 0 && (
          <>
            <Button
              size="compact-sm"
              variant="default"
              aria-expanded={opened}
              onClick={others.toggle}
              style={{ alignSelf: "flex-start" }}
            >
              {t("dispatch.alternatives", { count: proposed.alternatives.length })}
            </Button>
            <Collapse expanded={opened}>
              <Alternatives alternatives={proposed.alternatives} />
            </Collapse>
          </>
        )}
      </Stack>
    </Box>
  );
}

export function Alternatives({ alternatives }: { alternatives: readonly Alternative[] }) {
  const { t } = useTranslation();
  const sorted = [...alternatives].sort((a, b) => Number(b.feasible) - Number(a.feasible));
  return (
    <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: "none" }}>
      {sorted.map((each) => (
        <li key={each.vehicle_id}>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <Tone tone={each.feasible ? "good" : "neutral"}>
              {t(each.feasible ? "dispatch.possible" : "dispatch.impossible")}
            </Tone>
            <Text size="sm">
              <strong>{showPlate(each.plate)}</strong>{" "}
              {each.reasons
                .map((reason) => sentence(t, "dispatchReason", asCode(reason)))
                .join(t("punctuation.comma"))}
            </Text>
          </Group>
        </li>
      ))}
    </Stack>
  );
}
