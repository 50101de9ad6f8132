// /alerts/:id: one suspicion with everything it rests on. Roles that must say why are asked first.
import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { readAlert } from "../../api/alerts";
import { Looked } from "../../parts/Looked";
import { PageHeader } from "../../parts/PageHeader";
import { PurposeGate } from "../../parts/PurposeGate";
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
        {(purpose, change) => (
          <Looked
            queryKey={["alert", id, purpose]}
            read={() => readAlert(id, purpose)}
            heading={<PageHeader title={t("alert.one")} />}
            lines={10}
            onChange={purpose === undefined ? undefined : change}
          >
            {(alert, again) => <AlertView alert={alert} onReload={again} />}
          </Looked>
        )}
      </PurposeGate>
    </>
  );
}
