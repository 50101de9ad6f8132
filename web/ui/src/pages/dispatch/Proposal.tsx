// The suggested vehicle and driver with the reasons; the other vehicles on request.
import { Box, Button, Collapse, Group, List, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Proposed } from "../../api/dispatch";
import { asCode, sentence } from "../../text/codes";
import { showPlate } from "../../text/plates";
import { Alternatives } from "./Alternatives";

interface ProposalProps {
  proposed: Proposed;
  busy: boolean;
  onAccept: () => void;
  onChoose: (vehicleId: string) => void;
}

export function Proposal({ proposed, busy, onAccept, onChoose }: ProposalProps) {
  const { t } = useTranslation();
  const [opened, others] = useDisclosure(false);
  const excluded = proposed.excluded.reduce((sum, { vehicles }) => sum + vehicles, 0);
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
        {proposed.others + excluded > 0 && (
          <>
            <Button
              size="compact-sm"
              variant="default"
              aria-expanded={opened}
              onClick={others.toggle}
              style={{ alignSelf: "flex-start" }}
            >
              {t("dispatch.alternatives", { possible: proposed.others, excluded })}
            </Button>
            <Collapse expanded={opened}>
              <Alternatives proposed={proposed} onChoose={onChoose} />
            </Collapse>
          </>
        )}
      </Stack>
    </Box>
  );
}
