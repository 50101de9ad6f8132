// Notices to this person, newest first, older ones on demand; opening one marks it as read and leads to its object.
// A notice tells of how it was: what has moved on since says so.
import { Box, Button, Group, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { markAllRead, markRead, type Notice } from "../api/notices";
import { useTime } from "../app/useTime";
import { useRows } from "../parts/list/useRows";
import { Empty, Failed, Loading } from "../parts/states";
import { useAct } from "../parts/useAct";
import { sentence, wordFor } from "../text/codes";

const OBJECT_PAGES: Record<string, string> = {
  order: "/trips",
  alert: "/alerts",
  ticket: "/admin/tickets",
  command: "/admin/commands",
  calendar: "/admin/calendar",
};
const STATE_GROUPS: Record<string, string> = { order: "orderState", alert: "alertState" };
/** Notices that ask for something, and the states in which it is still to be done. */
const AWAITED: Record<string, readonly string[]> = {
  order_submit: ["submitted"],
  order_approve_level: ["submitted"],
  order_reopen: ["submitted"],
  approval_asked: ["submitted"],
  approval_remind: ["submitted"],
  order_return: ["returned"],
};

export function NoticeList({ unread, onDone }: { unread: number; onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pages, items } = useRows<Notice>("notices", "/api/notices", {});
  const read = useAct({ run: (id: string, key) => markRead(id, key), touches: ["notices"], quiet: true });
  const readAll = useAct({ run: (_: null, key) => markAllRead(key), touches: ["notices"] });
  const open = (notice: Notice) => {
    if (!notice.read_at) read.mutate(notice.id);
    onDone();
    if (notice.object_kind === "fence_event") {
      void navigate(`/admin/areas/events?area=${String(notice.params["area_id"])}`);
      return;
    }
    const page = OBJECT_PAGES[notice.object_kind];
    if (page) void navigate(notice.object_id ? `${page}/${notice.object_id}` : page);
  };
  return (
    <>
      <Group justify="space-between" px="md" py="xs">
        <Text fw={650}>{t("shell.notices.title")}</Text>
        {unread > 0 && (
          <Button
            variant="subtle"
            size="compact-sm"
            loading={readAll.isPending}
            onClick={() => readAll.mutate(null)}
          >
            {t("shell.notices.readAll")}
          </Button>
        )}
      </Group>
      {pages.isPending && <Loading lines={3} />}
      {pages.isError && <Failed error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && items.length === 0 && <Empty icon="bell" title={t("shell.notices.none")} />}
      <ScrollArea.Autosize mah={420}>
        {items.map((notice) => (
          <NoticeRow key={notice.id} notice={notice} onOpen={() => open(notice)} />
        ))}
        {pages.hasNextPage && (
          <Group justify="center" p="xs">
            <Button
              variant="default"
              size="compact-sm"
              loading={pages.isFetchingNextPage}
              onClick={() => void pages.fetchNextPage()}
            >
              {t("shell.notices.older")}
            </Button>
          </Group>
        )}
      </ScrollArea.Autosize>
    </>
  );
}

function wordsOf(t: TFunction, { kind, params, object_state: now }: Notice): string {
  const awaited = AWAITED[kind];
  const past = awaited !== undefined && now !== null && !awaited.includes(now);
  return sentence(t, past ? "noticePast" : "notice", { code: kind, params });
}

function NoticeRow({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  const group = STATE_GROUPS[notice.object_kind];
  return (
    <UnstyledButton onClick={onOpen} className="row-button">
      <Box style={{ display: "flex", gap: 10 }}>
        <Box
          mt={7}
          w={8}
          h={8}
          style={{
            flex: "none",
            borderRadius: 4,
            background: notice.read_at ? "transparent" : "var(--mantine-primary-color-filled)",
          }}
        />
        <Box>
          <Text size="sm" fw={notice.read_at ? 400 : 600}>
            {wordsOf(t, notice)}
          </Text>
          <Text size="xs" c="dimmed">
            {time(notice.created_at)}
            {group && notice.object_state
              ? ` · ${t("shell.notices.now", { state: wordFor(t, group, notice.object_state) })}`
              : ""}
          </Text>
        </Box>
      </Box>
    </UnstyledButton>
  );
}
