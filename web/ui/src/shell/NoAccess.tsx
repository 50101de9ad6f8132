// A page of another role: said plainly, instead of buttons that would be refused.
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PageHeader } from "../parts/PageHeader";
import { Empty } from "../parts/states";

export function NoAccess({ page }: { page: string }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t("shell.noAccess.title")} />
      <Empty
        title={t("shell.noAccess.about", { page })}
        icon="account"
        action={
          <Button component={Link} to="/" mt="sm">
            {t("shell.missing.home")}
          </Button>
        }
      />
    </>
  );
}
