// The button below a list that is read page by page.
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Pages {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
}

export function MoreRows({ pages }: { pages: Pages }) {
  const { t } = useTranslation();
  if (!pages.hasNextPage) {
    return null;
  }
  return (
    <Group justify="center" p="sm">
      <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        {t("list.more")}
      </Button>
    </Group>
  );
}
