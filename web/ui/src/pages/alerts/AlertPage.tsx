// /alerts/:id: one suspicion with everything it rests on. Roles that must say why are asked first.
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readAlert } from "../../api/alerts";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed, Loading } from "../../parts/states";
import { AlertView } from "./AlertView";

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  return (
    <>
      <Anchor component={Link} to="/alerts" size="sm">
        ← {t("shell.menu.alerts")}
      </Anchor>
      <PurposeGate key={id} what={t("alert.one")}>
        {(purpose) => <Opened id={id} purpose={purpose} />}
      </PurposeGate>
    </>
  );
}

function Opened({ id, purpose }: { id: string; purpose: string | undefined }) {
  const { t } = useTranslation();
  // Every reading is recorded with its purpose, so it is not repeated behind the reader's back.
  const alert = useQuery({
    queryKey: ["alert", id],
    queryFn: () => readAlert(id, purpose),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (alert.isPending) return <Loading lines={10} />;
  if (alert.isError) {
    return (
      <>
        <PageHeader title={t("alert.one")} />
        <Failed error={alert.error} retry={() => void alert.refetch()} />
      </>
    );
  }
  return <AlertView alert={alert.data} onReload={() => void alert.refetch()} />;
}
