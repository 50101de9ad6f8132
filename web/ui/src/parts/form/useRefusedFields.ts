// The fields the server refused, each until it is changed.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { refusedFields, type Troubles } from "./troubles";

export function useRefusedFields(names: readonly string[], refusal: unknown) {
  const { t } = useTranslation();
  const [settled, setSettled] = useState<{ of: unknown; names: readonly string[] }>({ of: null, names: [] });
  const done = settled.of === refusal ? settled.names : [];
  const refused: Troubles = Object.fromEntries(
    Object.entries(refusedFields(t, names, refusal)).filter(([name]) => !done.includes(name)),
  );
  return { refused, settle: (name: string) => setSettled({ of: refusal, names: [...done, name] }) };
}
