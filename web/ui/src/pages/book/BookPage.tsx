// /book: one screen, under a minute. Where, when, who, why; what the calendar and the way say is shown meanwhile.
import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { bookOrder, type NewOrder } from "../../api/orders";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { useAct } from "../../parts/useAct";
import { useConfig } from "../../session/useSession";
import { BookChecks } from "./BookChecks";
import { type Draft, emptyDraft, missingIn, toOrder } from "./draft";
import { WhatFields } from "./WhatFields";
import { WhenFields } from "./WhenFields";
import { WhereFields } from "./WhereFields";

export function Component() {
  const { t } = useTranslation();
  const { timezone } = useConfig();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => emptyDraft(Date.now(), timezone));
  const [tried, setTried] = useState(false);
  const missing = missingIn(draft, Date.now(), timezone);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const book = useAct({
    run: (order: NewOrder, key) => bookOrder(order, key),
    touches: ["orders", "approvals", "notices"],
    done: t("book.sent"),
    after: ({ id }) => void navigate(`/trips/${id}`),
  });
  const shown = tried ? missing : [];
  const submit = () => {
    setTried(true);
    const order = toOrder(draft, timezone);
    if (missing.length === 0 && order) book.mutate(order);
  };

  return (
    <>
      <PageHeader title={t("shell.menu.book")} about={t("book.about")} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: "start" }}>
          <Stack gap="md">
            <Panel title={t("book.where")}>
              <WhereFields draft={draft} missing={shown} onChange={change} />
            </Panel>
            <Panel title={t("book.when")}>
              <WhenFields draft={draft} missing={shown} onChange={change} />
            </Panel>
            <Panel title={t("book.what")}>
              <WhatFields draft={draft} missing={shown} onChange={change} />
            </Panel>
            <Group>
              <Button type="submit" size="md" loading={book.isPending}>
                {t("book.submit")}
              </Button>
              {shown.length > 0 && (
                <Text size="sm" c="var(--mantine-color-error)" role="alert">
                  {t("book.incomplete")}
                </Text>
              )}
            </Group>
          </Stack>
          <BookChecks draft={draft} />
        </SimpleGrid>
      </form>
    </>
  );
}
