// /admin/people: accounts, roles, initial passwords.
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "../../api/register";
import { ChoiceFilter } from "../../parts/list/ChoiceFilter";
import type { Column } from "../../parts/list/columns";
import { ListView } from "../../parts/list/ListView";
import { useListState } from "../../parts/list/useListState";
import { PageHeader } from "../../parts/PageHeader";
import { Tone } from "../../parts/Tone";
import { useRight } from "../../session/useSession";
import { wordFor } from "../../text/codes";
import { useName } from "../../text/names";
import { ROLES, wordChoices } from "./choices";
import { NewPersonDialog, PersonDialog } from "./PersonDialogs";

export function Component() {
  const { t } = useTranslation();
  const name = useName();
  const state = useListState("name", ["role"]);
  const mayEdit = useRight("person.edit");
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Person | null>(null);
  const columns: Column<Person>[] = [
    { id: "name", title: t("person.name"), show: (row) => row.name, sort: "name" },
    { id: "login", tight: true, title: t("login.name"), show: (row) => row.login, sort: "login" },
    {
      id: "unit",
      title: t("person.unit"),
      show: (row) => name(row.unit_name, row.unit_name_en),
      sort: "unit_name",
    },
    {
      id: "roles",
      title: t("person.roles"),
      show: (row) => (
        <Group gap={4}>
          {row.roles.map(({ role, unit_id }) => (
            <Tone key={`${role}-${unit_id}`} tone="info">
              {wordFor(t, "role", role)}
            </Tone>
          ))}
        </Group>
      ),
    },
    { id: "licence", title: t("person.licence"), show: (row) => row.licence_class ?? "—" },
    {
      id: "active",
      title: t("person.account"),
      show: (row) => (
        <Stack gap={2} align="flex-start">
          <Tone tone={row.active ? "good" : "neutral"}>
            {t(row.active ? "person.active" : "person.inactive")}
          </Tone>
          {row.active && !row.has_password && <Tone tone="warn">{t("person.noPassword")}</Tone>}
        </Stack>
      ),
    },
  ];
  return (
    <>
      <PageHeader
        title={t("shell.menu.people")}
        about={t("person.about")}
        actions={mayEdit && <Button onClick={() => setAdding(true)}>{t("person.add")}</Button>}
      />
      <ListView<Person>
        name="people"
        path="/api/people"
        label={t("shell.menu.people")}
        state={state}
        columns={columns}
        rowKey={({ id }) => id}
        {...(mayEdit ? { onOpen: setEditing } : {})}
        filters={
          <ChoiceFilter
            state={state}
            name="role"
            label={t("person.role")}
            choices={wordChoices(t, "role", ROLES)}
          />
        }
        empty={{ title: t("person.none") }}
      />
      {adding && <NewPersonDialog onClose={() => setAdding(false)} />}
      {editing && <PersonDialog person={editing} onClose={() => setEditing(null)} />}
    </>
  );
}
