// An order's approval: what changed since it was approved, the budget, and each level with why it is asked and who is next.
import { Stack, Table, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ApprovalLevel, ApprovalRound, OrderApproval } from "../api/approval";
import { useTime } from "../app/useTime";
import { wordFor } from "../text/codes";
import { useName } from "../text/names";
import { budgetWords, figureWords, valueWords, whoOf } from "./approvalWords";
import { Note } from "./Note";
import { Tone, type ToneName } from "./Tone";

const TONES: Record<string, ToneName> = {
  approved: "good",
  overridden: "warn",
  rejected: "bad",
  open: "info",
};

export function ApprovalLevels({ approval }: { approval: OrderApproval }) {
  const { t } = useTranslation();
  const time = useTime();
  const [newest, ...before] = approval.rounds;
  const budget = approval.budget && budgetWords(t, approval.budget);
  return (
    <Stack gap="sm">
      {approval.paper_overdue_at && (
        <Note tone="bad" py={6}>
          {t("approval.paperOverdue", { due: time(approval.paper_due_at ?? "", "minute") })}
        </Note>
      )}
      {approval.paper_due_at && !approval.paper_overdue_at && newest?.state === "open" && (
        <Note tone="warn" py={6}>
          {t("approval.paperDue", { due: time(approval.paper_due_at, "minute") })}
        </Note>
      )}
      {newest && newest.difference.length > 0 && <Changed round={newest} />}
      {budget && (
        <Note tone={budget.tone} py={6}>
          {budget.text}
        </Note>
      )}
      {newest && <Levels round={newest} />}
      {approval.as_deputy_for && (
        <Text size="sm">{t("approval.asDeputy", { name: approval.as_deputy_for })}</Text>
      )}
      {before.length > 0 && (
        <details>
          <summary>
            <Text component="span" size="sm">
              {t("approval.earlier", { number: before.length })}
            </Text>
          </summary>
          <Stack gap="sm" mt="xs">
            {before.map((round) => (
              <Levels key={round.id} round={round} />
            ))}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

function Changed({ round }: { round: ApprovalRound }) {
  const { t } = useTranslation();
  const time = useTime();
  const words = (field: string, value: unknown) => valueWords(t, field, value, (at) => time(at, "minute"));
  return (
    <Note tone="warn" title={t("approval.changed")}>
      <Table withRowBorders={false} verticalSpacing={2}>
        <Table.Thead>
          <Table.Tr>
            {(["field", "before", "after"] as const).map((name) => (
              <Table.Th key={name}>{t(`approval.difference.${name}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {round.difference.map((each) => {
            const field = String(each["field"]);
            return (
              <Table.Tr key={field}>
                <Table.Td>{wordFor(t, "field", field)}</Table.Td>
                <Table.Td>{words(field, each["before"])}</Table.Td>
                <Table.Td>{words(field, each["after"])}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Note>
  );
}

function Levels({ round }: { round: ApprovalRound }) {
  const { t } = useTranslation();
  const time = useTime();
  const name = useName();
  const policy =
    round.policy_no === null ? t("approval.builtIn") : t("approval.version", { number: round.policy_no });
  const unit = round.policy_unit_name
    ? ` · ${name(round.policy_unit_name, round.policy_unit_name_en ?? "")}`
    : "";
  return (
    <Stack gap={6}>
      <Text size="xs" c="dimmed">
        {`${wordFor(t, "approval.why", round.why)} · ${wordFor(t, "approval.roundState", round.state)} · ${time(round.opened_at, "minute")} · ${policy}${unit}`}
      </Text>
      <ol style={{ margin: 0, paddingInlineStart: "1.4em" }}>
        {round.levels.map((level) => (
          <li key={level.id}>
            <LevelLine level={level} />
          </li>
        ))}
      </ol>
    </Stack>
  );
}

// A row is often named like the figure it asks for: that is said once.
function reasonOf(t: TFunction, rule: string, figures: string[]) {
  const more = figures.filter((figure) => figure.toLowerCase() !== rule.toLowerCase());
  if (more.length === 0) return t("approval.becauseOf", { rule });
  return t("approval.because", { rule, figures: more.join(t("punctuation.comma")) });
}

function LevelLine({ level }: { level: ApprovalLevel }) {
  const { t, i18n } = useTranslation();
  const time = useTime();
  const said = (row: Record<string, unknown>) =>
    String((i18n.language.startsWith("zh") ? row["name"] : row["name_en"]) || row["name"]);
  const names = level.seats.map((seat) =>
    seat.for_name ? t("approval.seatFor", { name: seat.name, other: seat.for_name }) : seat.name,
  );
  return (
    <Stack gap={2} mb={6}>
      <Text size="sm" component="div">
        <strong>{whoOf(t, level)}</strong>{" "}
        <Tone tone={TONES[level.state] ?? "neutral"}>{wordFor(t, "approval.levelState", level.state)}</Tone>
      </Text>
      {level.reasons.map((reason) => (
        <Text size="sm" key={String(reason["row"])}>
          {reasonOf(t, said(reason), figureWords(t, reason["figures"] as Record<string, unknown>))}
        </Text>
      ))}
      {level.note_required && level.state !== "approved" && (
        <Text size="sm">{t("approval.noteRequired")}</Text>
      )}
      {level.state === "open" && (
        <Text size="sm">
          {names.length > 0
            ? t("approval.waitsFor", { names: names.join(t("punctuation.comma")) })
            : t("approval.nobody")}
          {level.next_asked_at && ` ${t("approval.nextAsked", { at: time(level.next_asked_at, "minute") })}`}
        </Text>
      )}
      {level.decided_at && (
        <Text size="sm">
          {`${level.decided_by_name}${level.decided_for_name ? t("approval.inNameOf", { name: level.decided_for_name }) : ""} · ${time(level.decided_at, "minute")}`}
          {level.opinion ? ` · ${level.opinion}` : ""}
        </Text>
      )}
    </Stack>
  );
}
