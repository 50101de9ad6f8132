// /admin/rules: what the system may suspect - values in force and where they come from, versions, mutes, changes.
import { Anchor, Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { PageHeader } from "../../parts/PageHeader";
import { useRight } from "../../session/useSession";
import { Missing } from "../../shell/Missing";
import { ReplanRules } from "./ReplanRules";
import { RuleChanges } from "./RuleChanges";
import { RuleMutes } from "./RuleMutes";
import { RuleVersions } from "./RuleVersions";
import { ValuesInForce } from "./ValuesInForce";

const PARTS = ["values", "versions", "mutes", "changes", "replans"] as const;
const KINDS = [
  ["parameters", "propose"],
  ["profile", "proposeProfile"],
  ["mute", "proposeMute"],
] as const;

export function Component() {
  const { t } = useTranslation();
  const { part = "values" } = useParams();
  const mayDraft = useRight("rule.draft");
  const mayRead = useRight("rule.changes");
  const mayReplan = useRight("dispatch.policy");
  const shown = PARTS.filter((each) =>
    each === "replans" ? mayReplan : mayRead || each === "values" || each === "versions",
  );
  const chosen = shown.find((each) => each === part);
  if (!chosen) return <Missing />;
  return (
    <>
      <PageHeader
        title={t("shell.menu.rules")}
        about={t("rulebook.about")}
        actions={
          mayDraft && (
            <Group gap="xs">
              {KINDS.map(([what, name], place) => (
                <Button
                  key={what}
                  component={Link}
                  variant={place === 0 ? "filled" : "default"}
                  to={`/admin/rules/changes/new?what=${what}`}
                >
                  {t(`rulebook.${name}`)}
                </Button>
              ))}
            </Group>
          )
        }
      />
      <Group component="nav" gap="md" mb="md" aria-label={t("rulebook.parts")}>
        {shown.map((each) => (
          <Anchor
            key={each}
            component={Link}
            to={each === "values" ? "/admin/rules" : `/admin/rules/${each}`}
            fw={each === chosen ? 700 : 400}
            {...(each === chosen ? { "aria-current": "page" as const, underline: "always" as const } : {})}
          >
            {t(`rulebook.part.${each}`)}
          </Anchor>
        ))}
      </Group>
      {chosen === "values" && <ValuesInForce />}
      {chosen === "versions" && <RuleVersions />}
      {chosen === "mutes" && <RuleMutes />}
      {chosen === "changes" && <RuleChanges />}
      {chosen === "replans" && <ReplanRules />}
    </>
  );
}
