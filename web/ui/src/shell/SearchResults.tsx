// The hits of the search as a list box: the field keeps the focus and says which one is chosen.
import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "../parts/Icon";
import type { Hit } from "./useHits";

export const LIST_ID = "search-results";
export const optionId = (index: number): string => `${LIST_ID}-${index}`;

interface SearchResultsProps {
  hits: readonly Hit[];
  chosen: number;
  onChoose: (index: number) => void;
  onOpen: (hit: Hit) => void;
}

export function SearchResults({ hits, chosen, onChoose, onOpen }: SearchResultsProps) {
  const { t } = useTranslation();
  return (
    <Box id={LIST_ID} role="listbox" aria-label={t("shell.search.results")} mt="xs">
      {hits.map((hit, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field, which keeps the focus
        <div
          key={`${hit.icon}-${hit.key}`}
          id={optionId(index)}
          role="option"
          aria-selected={index === chosen}
          tabIndex={-1}
          className="nav-link"
          onMouseMove={() => onChoose(index)}
          onClick={() => onOpen(hit)}
        >
          <Icon name={hit.icon} size={18} />
          <span>{hit.name}</span>
          <Text component="span" size="sm" c="dimmed" truncate>
            {hit.about}
          </Text>
        </div>
      ))}
    </Box>
  );
}
