// What the server refused, at the head of a form; it takes the focus when no field is to blame, so that it is seen.
import { List } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/client";
import { asCode, errorSentence, sentence } from "../../text/codes";
import { Note } from "../Note";

interface RefusalNoteProps {
  id: string;
  refusal: unknown;
  /** What to do when somebody else was faster, where the form knows more than the usual sentence. */
  stale?: string;
}

export function RefusalNote({ id, refusal, stale: advice }: RefusalNoteProps) {
  const { t } = useTranslation();
  if (!refusal) return null;
  const stale = isProblem(refusal) && refusal.code === "stale";
  const reasons = isProblem(refusal) ? refusal.params["reasons"] : undefined;
  return (
    <Note id={id} tabIndex={-1} tone={stale ? "warn" : "bad"} role="alert">
      {stale && advice ? advice : errorSentence(t, refusal)}
      {Array.isArray(reasons) && (
        <List size="sm" mt={4}>
          {reasons.map((reason) => (
            <List.Item key={JSON.stringify(reason)}>
              {sentence(t, "dispatchReason", asCode(reason))}
            </List.Item>
          ))}
        </List>
      )}
    </Note>
  );
}
