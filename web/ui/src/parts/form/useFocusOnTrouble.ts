// After sending: the first field that is wrong takes the focus, else the note that says why it was refused. Both may be
// far outside a long dialog's view.
import { useEffect, useRef } from "react";

/** `tried` counts how often it was sent: only sending and its answer move the focus, never typing. */
export function useFocusOnTrouble(
  form: string,
  names: readonly string[],
  troubles: Readonly<Record<string, string>>,
  refusal: unknown,
  tried: number,
): void {
  const latest = useRef({ names, troubles });
  latest.current = { names, troubles };
  useEffect(() => {
    if (tried === 0 && !refusal) return;
    const first = latest.current.names.find((name) => latest.current.troubles[name]);
    const target = document.getElementById(`${form}-${first ?? "refusal"}`);
    target?.focus();
    target?.scrollIntoView({ block: "center" });
  }, [form, refusal, tried]);
}
