// A button below the library's own ones: brings every vehicle that is shown into view.
import type { IControl } from "maplibre-gl";

const SHAPE = "M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5";

export class FitControl implements IControl {
  private readonly holder = document.createElement("div");

  constructor(label: string, onPress: () => void) {
    this.holder.className = "maplibregl-ctrl maplibregl-ctrl-group";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fit-control";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.innerHTML = `<svg width="17" height="17" viewBox="0 0 24 24" fill="none" stroke="currentColor"
      stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${SHAPE}"/></svg>`;
    button.addEventListener("click", onPress);
    this.holder.append(button);
  }

  onAdd(): HTMLElement {
    return this.holder;
  }

  onRemove(): void {
    this.holder.remove();
  }
}
