// /admin/drivers: rosters, leave and sickness, what drivers may drive, who was asked to take a trip, the rules they drive by.
// A driver sees his own lines and calls in sick here.
import { Anchor, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { callInSick } from "../../api/drivers";
import { Ask } from "../../parts/Ask";
import { PageHeader } from "../../parts/PageHeader";
import { useAct } from "../../parts/useAct";
import { useRight, useSignedIn } from "../../session/useSession";
import { Missing } from "../../shell/Missing";
import { Absences } from "./Absences";
import { Asks } from "./Asks";
import { Qualifications } from "./Qualifications";
import { Rosters } from "./Rosters";
import { RulesPanel } from "./RulesPanel";

const PARTS = ["rosters", "absences", "qualifications", "asks", "rules"] as const;

export function Component() {
  const { t } = useTranslation();
  const { part = "rosters" } = useParams();
  const drives = useRight("roster.call_in");
  const assigns = useRight("order.assign");
  const shown = PARTS.find((each) => each === part);
  if (!shown || (shown === "asks" && !assigns)) return <Missing />;
  return (
    <>
      <PageHeader
        title={t("shell.menu.drivers")}
        about={t("drivers.about")}
        actions={drives && <CallInSick />}
      />
      <Group component="nav" gap="md" mb="md" aria-label={t("drivers.parts")}>
        {PARTS.filter((each) => each !== "asks" || assigns).map((each) => (
          <Anchor
            key={each}
            component={Link}
            to={each === "rosters" ? "/admin/drivers" : `/admin/drivers/${each}`}
            fw={each === shown ? 700 : 400}
            {...(each === shown ? { "aria-current": "page" as const, underline: "always" as const } : {})}
          >
            {t(`drivers.part.${each}`)}
          </Anchor>
        ))}
      </Group>
      {shown === "rosters" && <Rosters />}
      {shown === "absences" && <Absences />}
      {shown === "qualifications" && <Qualifications />}
      {shown === "asks" && <Asks />}
      {shown === "rules" && <RulesPanel />}
    </>
  );
}

function CallInSick() {
  const { t } = useTranslation();
  const { person } = useSignedIn();
  const call = useAct({
    run: (_: null, key) => callInSick(person.id, key),
    touches: ["driver-absences", "orders", "queue"],
    done: t("drivers.calledIn"),
  });
  return (
    <Ask
      label={t("drivers.callIn")}
      consequence={t("drivers.callInMeans")}
      busy={call.isPending}
      onConfirm={() => call.mutate(null)}
    />
  );
}
