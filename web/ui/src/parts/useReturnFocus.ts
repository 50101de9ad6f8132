// Where the focus goes when a dialog that was mounted open is taken away: back to what opened it. Mantine returns it
// only when a dialog that stays mounted is closed. What opened it may be gone (the card of a decided request, a row that
// moved); then the page's content gets it, never nothing.
import { useEffect, useState } from "react";

/** Openers by dialog layer: a dialog that replaces another one (loading, then form) inherits its opener. */
let current: HTMLElement | null = null;
let open = 0;

function openerNow(): HTMLElement | null {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === document.body) return current;
  return active.closest("[role=dialog]") ? (current ?? active) : active;
}

export function useReturnFocus(): void {
  const [opener] = useState(openerNow);
  useEffect(() => {
    current = opener;
    open += 1;
    return () => {
      open -= 1;
      // After the dialog's own trap has let go, and unless another dialog has followed.
      setTimeout(() => {
        if (open > 0) return;
        current = null;
        const active = document.activeElement;
        if (active && active !== document.body) return;
        const target = opener?.isConnected ? opener : document.getElementById("content");
        target?.focus({ preventScroll: true });
      }, 0);
    };
  }, [opener]);
}
