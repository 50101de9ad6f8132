// Search words of a list; asks the server once typing pauses.
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../Icon";

interface SearchFieldProps {
  value: string;
  onChange: (text: string) => void;
  label?: string;
  full?: boolean;
}

export function SearchField({ value, onChange, label, full = false }: SearchFieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value);
  const announce = useDebouncedCallback(onChange, 300);
  useEffect(() => setTyped(value), [value]);
  return (
    <TextInput
      type="search"
      aria-label={label ?? t("list.search")}
      placeholder={label ?? t("list.search")}
      leftSection={<Icon name="search" size={16} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        announce(event.currentTarget.value);
      }}
      w={full ? "100%" : { base: "100%", xs: 220 }}
    />
  );
}
