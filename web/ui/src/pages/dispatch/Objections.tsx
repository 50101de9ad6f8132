// What stands against the vehicle or driver that is chosen: some of it forbids it, the rest is to be known.
import { List } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Objection } from "../../api/dispatch";
import { useTime } from "../../app/useTime";
import { Note } from "../../parts/Note";
import { objectionWords } from "./candidates";

export function Objections({ objections }: { objections: readonly Objection[] }) {
  const { t } = useTranslation();
  const time = useTime();
  if (objections.length === 0) return null;
  const forbids = objections.some(({ hard }) => hard);
  return (
    <Note
      tone={forbids ? "bad" : "warn"}
      mt={4}
      py={6}
      title={t(forbids ? "dispatch.forbids" : "dispatch.flags")}
    >
      <List size="sm">
        {objections.map((each) => (
          <List.Item key={each.code}>{objectionWords(t, time, each)}</List.Item>
        ))}
      </List>
    </Note>
  );
}
