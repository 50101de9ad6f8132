// A year's notice: pasted or read from a file, shown beside the calendar, then proposed for a second person.
import { Button, FileButton, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Preview, previewNotice, propose } from "../../api/calendar";
import { Dialog } from "../../parts/Dialog";
import { RefusalNote } from "../../parts/form/RefusalNote";
import { useAct } from "../../parts/useAct";
import { PreviewView } from "./PreviewView";

const MOST_CHARACTERS = 200_000;

export function ImportDialog({ year, onClose }: { year: number; onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [source, setSource] = useState("");
  const [seen, setSeen] = useState<{ text: string; preview: Preview } | null>(null);
  const [tried, setTried] = useState(false);
  const look = useAct({
    run: (of: string, key) => previewNotice(of, null, key),
    touches: [],
    quiet: true,
    after: (preview, of) => setSeen({ text: of, preview }),
  });
  const send = useAct({
    run: (of: string, key) =>
      propose({ what: "days", source: source.trim(), reason: "", notice: { text: of } }, key),
    touches: ["calendar-changes"],
    done: t("calendar.proposed"),
    quiet: true,
    after: onClose,
  });
  const shown = seen?.text === text ? seen.preview : null;
  const sourceMissing = tried && source.trim() === "";
  const read = async (file: File | null) => {
    if (!file) return;
    const bytes = await file.arrayBuffer();
    setText(decoded(bytes));
    setSource(source || file.name);
  };
  return (
    <Dialog size="xl" title={t("calendar.import")} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">{t("calendar.importAbout", { year })}</Text>
        <RefusalNote id="import-refusal" refusal={look.error ?? send.error} />
        <Textarea
          label={t("calendar.noticeText")}
          placeholder={t("calendar.noticeExample")}
          autosize
          minRows={6}
          maxRows={14}
          maxLength={MOST_CHARACTERS}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group gap="sm">
          <FileButton accept=".json,.csv,.txt,application/json,text/csv,text/plain" onChange={read}>
            {(props) => (
              <Button variant="default" {...props}>
                {t("calendar.chooseFile")}
              </Button>
            )}
          </FileButton>
          <Button
            variant={shown ? "default" : "filled"}
            disabled={text.trim() === ""}
            loading={look.isPending}
            onClick={() => look.mutate(text)}
          >
            {t("calendar.look")}
          </Button>
        </Group>
        {shown && (
          <>
            <PreviewView preview={shown} />
            <TextInput
              label={t("calendar.source")}
              description={t("calendar.sourceHint")}
              required
              maxLength={200}
              error={sourceMissing ? t("form.required") : null}
              value={source}
              onChange={(event) => setSource(event.currentTarget.value)}
            />
            <Group justify="flex-end" gap="sm">
              <Button variant="default" onClick={onClose}>
                {t("common.cancel")}
              </Button>
              <Button
                loading={send.isPending}
                onClick={() => {
                  setTried(true);
                  if (source.trim() !== "") send.mutate(text);
                }}
              >
                {t("calendar.propose")}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Dialog>
  );
}

/** UTF-8, or as older offices still save tables. */
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
