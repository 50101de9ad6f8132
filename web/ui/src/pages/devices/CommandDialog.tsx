// One command: what was asked, where it stands and what that means, every answer heard, and taking it back.
import { Box, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type CommandItem, cancelCommand, readCommand } from "../../api/commands";
import { useTime } from "../../app/useTime";
import { Ask } from "../../parts/Ask";
import { Dialog } from "../../parts/Dialog";
import { Facts } from "../../parts/Facts";
import { Note } from "../../parts/Note";
import { Failed, Loading } from "../../parts/states";
import { Tone } from "../../parts/Tone";
import { useAct } from "../../parts/useAct";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { showPlate } from "../../text/plates";
import { askedLine, isOpen, progressLine, STATE_TONES } from "./commandWords";

const REFRESH_MS = 2_000;

export function CommandDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["device-commands", "one", id],
    queryFn: () => readCommand(id),
    refetchInterval: (query) => (query.state.data && !isOpen(query.state.data.command) ? false : REFRESH_MS),
  });
  const number = found.data?.command.command_no;
  return (
    <Dialog
      size="lg"
      onClose={onClose}
      title={number === undefined ? t("shell.menu.commands") : t("command.one", { number })}
    >
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.isSuccess && <Opened item={found.data} />}
    </Dialog>
  );
}

function Opened({ item: { command, answers } }: { item: CommandItem }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const maySend = useRight("device.command");
  const when = (instant: string | null | undefined) => (instant ? time(instant, "full") : null);
  const more = progressLine(t, command);
  return (
    <Stack gap="md">
      <Note tone={command.state === "refused" ? "bad" : command.state === "expired" ? "warn" : "info"}>
        <Tone tone={STATE_TONES[command.state] ?? "neutral"}>
          {wordFor(t, "commandState", command.state)}
        </Tone>
        <Text size="sm" mt={4}>
          {wordFor(t, "commandMeans", command.state)}
        </Text>
        {more && <Text size="sm">{more}</Text>}
      </Note>
      <Facts
        facts={[
          [t("command.kind"), wordFor(t, "commandKind", command.kind)],
          askedLine(t, command) ? [t("command.means"), askedLine(t, command)] : null,
          [t("device.code"), command.code],
          [
            t("device.line"),
            t(`online.${command.online === null ? "unknown" : command.online ? "online" : "offline"}`),
          ],
          [t("device.vehicle"), command.plate ? showPlate(command.plate) : "—"],
          [t("vehicle.unit"), name(command.unit_name, command.unit_name_en) ?? "—"],
          [t("command.by"), `${command.asked_as} · ${when(command.asked_at)}`],
          command.purpose ? [t("command.purpose"), command.purpose] : null,
          [t("command.until"), when(command.expires_at)],
          [t("command.attempts"), command.attempts],
          command.sent_at ? [t("command.firstSent"), when(command.sent_at)] : null,
          command.tried_at ? [t("command.lastTry"), when(command.tried_at)] : null,
          command.closed_at ? [t("command.ended"), when(command.closed_at)] : null,
        ]}
      />
      <Box>
        <Text fw={600} size="sm" mb={4}>
          {t("command.answers")}
        </Text>
        {answers.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("command.noAnswers")}
          </Text>
        )}
        <Stack component="ul" gap={4} m={0} p={0} style={{ listStyle: "none" }}>
          {answers.map((answer) => (
            <li key={answer.id}>
              <Text size="sm" span className="num">
                {when(answer.heard_at)} · {wordFor(t, "commandHeard", answer.heard_as)}
                {answer.why ? ` · ${wordFor(t, "commandWhy", answer.why)}` : ""}
              </Text>
            </li>
          ))}
        </Stack>
      </Box>
      {maySend && isOpen(command) && <Cancel id={command.id} version={command.row_version} />}
    </Stack>
  );
}

function Cancel({ id, version }: { id: string; version: number }) {
  const { t } = useTranslation();
  const act = useAct({
    run: (_: null, key) => cancelCommand(id, version, key),
    touches: ["device-commands"],
    done: t("command.cancelled"),
  });
  return (
    <Ask
      label={t("command.cancel")}
      consequence={t("command.cancelMeans")}
      busy={act.isPending}
      onConfirm={() => act.mutate(null)}
    />
  );
}
