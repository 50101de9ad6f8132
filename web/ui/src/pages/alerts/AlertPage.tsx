// /alerts/:id: one suspicion with everything it rests on. Roles that must say why are asked first.
import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readAlert } from "../../api/alerts";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
import { Failed, Loading } from "../../parts/states";
import { useSignedIn } from "../../session/useSession";
import { AlertView } from "./AlertView";

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const needed = useSignedIn().purpose_required;
  return (
    <>
      <Anchor component={Link} to="/alerts" size="sm">
        ← {t("shell.menu.alerts")}
      </Anchor>
      <PurposeGate key={id} needed={needed} what={t("alert.one")}>
        {(purpose, change) => <Opened id={id} purpose={purpose} onChange={change} />}
      </PurposeGate>
    </>
  );
}

interface OpenedProps {
  id: string;
  purpose: string | undefined;
  onChange: () => void;
}

function Opened({ id, purpose, onChange }: OpenedProps) {
  const { t } = useTranslation();
  // Every opening is recorded with its purpose: the answer is neither repeated behind the reader's back nor kept
  // for the next opening.
  const alert = useQuery({
    queryKey: ["alert", id, purpose],
    queryFn: () => readAlert(id, purpose),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  if (alert.isPending) return <Loading lines={10} />;
  if (alert.isError) {
    return (
      <>
        <PageHeader title={t("alert.one")} />
        <Failed error={alert.error} retry={() => void alert.refetch()} />
        {purpose !== undefined && (
          <Button variant="default" size="xs" onClick={onChange}>
            {t("purpose.change")}
          </Button>
        )}
      </>
    );
  }
  return <AlertView alert={alert.data} onReload={() => void alert.refetch()} />;
}
