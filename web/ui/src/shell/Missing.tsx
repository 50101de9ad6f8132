// An address that no page has.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PageHeader } from "../parts/PageHeader";
import { Empty } from "../parts/states";

export function Missing() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("shell.missing.title")} />
      <Empty
        title={t("shell.missing.about")}
        icon="search"
        action={
          <Button component={Link} to="/" mt="sm">
            {t("shell.missing.home")}
          </Button>
        }
      />
    </>
  );
}
