// Tells one locator or several something. Each locator that could not be told is named with its reason.
import { Button, Group, List, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CommandsMade, type NewCommands, sendCommands } from "../../api/commands";
import { duration } from "../../app/measure";
import { Dialog } from "../../parts/Dialog";
import { NumberField } from "../../parts/form/NumberField";
import type { Typed } from "../../parts/form/numbers";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { Note } from "../../parts/Note";
import { useAct } from "../../parts/useAct";
import { sentence, wordFor } from "../../text/codes";
import { KINDS } from "./commandWords";
import { type Locator, LocatorsField } from "./LocatorsField";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const FOR_S = [10 * 60, 30 * 60, HOUR_S, 4 * HOUR_S, DAY_S];
const VALID_S = [HOUR_S, DAY_S, 7 * DAY_S];
const LONGEST_TEXT = 300;
const FORM = "new-command";

interface Wish {
  kind: NewCommands["kind"];
  every: Typed;
  forS: string;
  text: string;
  purpose: string;
  validS: string;
}

const START: Wish = { kind: "locate", every: 10, forS: "600", text: "", purpose: "", validS: String(DAY_S) };

const bodyOf = (wish: Wish, chosen: readonly Locator[]): NewCommands => ({
  devices: chosen.map(({ id }) => id),
  kind: wish.kind,
  every_s: wish.kind === "interval" ? Math.round(Number(wish.every)) : null,
  for_s: wish.kind === "interval" && wish.forS ? Number(wish.forS) : null,
  text: wish.kind === "text" ? wish.text : null,
  purpose: wish.purpose.trim(),
  valid_for_s: Number(wish.validS),
});

export function NewCommandDialog({ to, onClose }: { to?: Locator; onClose: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<readonly Locator[]>(to ? [to] : []);
  const [wish, setWish] = useState(START);
  const [tried, setTried] = useState(false);
  const act = useAct({
    run: (body: NewCommands, key) => sendCommands(body, key),
    touches: ["device-commands"],
    quiet: true,
    done: ({ made }) => {
      const replaced = made.filter(({ superseded }) => superseded).length;
      return t(replaced ? "command.doneReplaced" : "command.done", { count: made.length, replaced });
    },
    after: ({ refused }) => refused.length === 0 && onClose(),
  });
  const troubles = {
    devices: chosen.length === 0 ? t("command.devicesNeeded") : null,
    every: wish.kind === "interval" && typeof wish.every !== "number" ? t("invalidReason.missing") : null,
    text: wish.kind === "text" && !wish.text.trim() ? t("invalidReason.missing") : null,
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(troubles).every((trouble) => trouble === null)) act.mutate(bodyOf(wish, chosen));
  };
  const shown = (name: keyof typeof troubles) => (tried ? troubles[name] : null);
  return (
    <Dialog
      size="lg"
      onClose={onClose}
      title={to ? t("command.sendTo", { code: to.code }) : t("command.send")}
    >
      <form onSubmit={send} noValidate>
        <Stack gap="sm">
          <RefusalNote id={`${FORM}-refusal`} refusal={act.error} />
          {act.data && act.data.refused.length > 0 && <Refused made={act.data} chosen={chosen} />}
          {!to && <LocatorsField chosen={chosen} onChange={setChosen} error={shown("devices")} />}
          <NativeSelect
            label={t("command.kind")}
            description={wordFor(t, "commandKindMeans", wish.kind)}
            value={wish.kind}
            onChange={(event) => setWish({ ...wish, kind: event.currentTarget.value as Wish["kind"] })}
            data={KINDS.map((value) => ({ value, label: wordFor(t, "commandKind", value) }))}
          />
          {wish.kind === "interval" && (
            <Group gap="sm" align="flex-start" grow>
              <NumberField
                label={t("command.everyS")}
                whole
                value={wish.every}
                error={shown("every")}
                onChange={(every) => setWish({ ...wish, every })}
              />
              <NativeSelect
                label={t("command.forS")}
                value={wish.forS}
                onChange={(event) => setWish({ ...wish, forS: event.currentTarget.value })}
                data={[
                  ...FOR_S.map((value) => ({ value: String(value), label: duration(t, value) })),
                  { value: "", label: t("command.forGood") },
                ]}
              />
            </Group>
          )}
          {wish.kind === "text" && (
            <TextInput
              label={t("command.text")}
              description={t("command.textHint")}
              required
              maxLength={LONGEST_TEXT}
              value={wish.text}
              error={shown("text")}
              onChange={(event) => setWish({ ...wish, text: event.currentTarget.value })}
            />
          )}
          <TextInput
            label={t("command.purpose")}
            placeholder={t("common.optional")}
            maxLength={200}
            value={wish.purpose}
            onChange={(event) => setWish({ ...wish, purpose: event.currentTarget.value })}
          />
          <NativeSelect
            label={t("command.validFor")}
            value={wish.validS}
            onChange={(event) => setWish({ ...wish, validS: event.currentTarget.value })}
            data={VALID_S.map((value) => ({
              value: String(value),
              label: value > DAY_S ? t("command.days", { count: value / DAY_S }) : duration(t, value),
            }))}
          />
          <Text size="sm" c="dimmed">
            {t("command.replaces")}
          </Text>
          <Group gap="sm" justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={act.isPending}>
              {t("command.send")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Refused({ made, chosen }: { made: CommandsMade; chosen: readonly Locator[] }) {
  const { t } = useTranslation();
  return (
    <Note tone="warn" role="alert">
      {t("command.someRefused")}
      <List size="sm" mt={4}>
        {made.refused.map(({ device_id, code, params }) => (
          <List.Item key={device_id}>
            {chosen.find(({ id }) => id === device_id)?.code}: {sentence(t, "error", { code, params })}
          </List.Item>
        ))}
      </List>
    </Note>
  );
}
