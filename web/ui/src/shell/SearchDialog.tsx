// One field over plates, orders, places and pages. Arrow keys choose, Enter opens, also when it is pressed before
// the answer has come; Escape closes.
import { Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type KeyboardEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Icon } from "../parts/Icon";
import { LIST_ID, optionId, SearchResults } from "./SearchResults";
import { type Hit, useHits } from "./useHits";

export function SearchDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text.trim(), 250);
  const [chosen, setChosen] = useState(0);
  const [hurried, setHurried] = useState(false);
  const { hits, ready } = useHits(settled);
  const answered = ready && settled === text.trim();

  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    void navigate(hit.to);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: an early Enter waits for the answer only
  useEffect(() => {
    if (!answered || !hurried) return;
    setHurried(false);
    open(hits[0]);
  }, [answered, hurried]);
  const press = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) setChosen((chosen + step + hits.length) % hits.length);
    else if (event.key === "Enter" && answered) open(hits[chosen]);
    else if (event.key === "Enter" && text.trim()) setHurried(true);
    else return;
    event.preventDefault();
  };
  const type = (next: string) => {
    setText(next);
    setChosen(0);
    setHurried(false);
  };

  return (
    <>
      <TextInput
        data-autofocus
        type="search"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={hits.length > 0}
        aria-controls={hits.length > 0 ? LIST_ID : undefined}
        aria-activedescendant={hits.length > 0 ? optionId(chosen) : undefined}
        aria-label={t("shell.search.hint")}
        placeholder={t("shell.search.hint")}
        leftSection={<Icon name="search" size={16} />}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={press}
        size="md"
      />
      {hits.length > 0 ? (
        <SearchResults hits={hits} chosen={chosen} onChoose={setChosen} onOpen={open} />
      ) : (
        <Text size="sm" c="dimmed" p="sm" role="status">
          {t(settled && answered ? "shell.search.none" : "shell.search.empty")}
        </Text>
      )}
    </>
  );
}
