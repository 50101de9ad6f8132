// The bell: notices to this person, newest first; opening one marks it as read and leads to its object.
import { ActionIcon, Box, Indicator, Popover, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { markRead, type Notice, readNotices } from "../api/notices";
import { useTime } from "../app/useTime";
import { Icon } from "../parts/Icon";
import { Empty, Failed } from "../parts/states";
import { useAct } from "../parts/useAct";
import { sentence } from "../text/codes";

const OBJECT_PAGES: Record<string, string> = { order: "/trips", dispatch_order: "/trips", alert: "/alerts" };
const REFRESH_MS = 20_000;

export function NoticeBell() {
  const { t } = useTranslation();
  const [opened, popover] = useDisclosure(false);
  const notices = useQuery({ queryKey: ["notices"], queryFn: readNotices, refetchInterval: REFRESH_MS });
  const read = useAct({ run: (id: string, key) => markRead(id, key), touches: ["notices"], quiet: true });
  const navigate = useNavigate();
  const items = notices.data?.items ?? [];
  const unread = items.filter(({ read_at }) => read_at === null).length;

  const open = (notice: Notice) => {
    if (!notice.read_at) read.mutate(notice.id);
    const page = OBJECT_PAGES[notice.object_kind];
    popover.close();
    if (page) void navigate(notice.object_id ? `${page}/${notice.object_id}` : page);
  };

  return (
    <Popover
      opened={opened}
      onChange={popover.toggle}
      position="bottom-end"
      width={340}
      shadow="md"
      trapFocus
    >
      <Indicator
        disabled={unread === 0}
        label={unread > 99 ? "99+" : unread}
        size={16}
        color="red"
        offset={5}
      >
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            c="inherit"
            size="lg"
            aria-label={t("shell.notices.label", { count: unread })}
            onClick={popover.toggle}
          >
            <Icon name="bell" />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={t("shell.notices.title")}>
        <Text fw={650} px="md" py="sm">
          {t("shell.notices.title")}
        </Text>
        {notices.isError && <Failed error={notices.error} retry={() => void notices.refetch()} />}
        {notices.isSuccess && items.length === 0 && <Empty icon="bell" title={t("shell.notices.none")} />}
        <ScrollArea.Autosize mah={420}>
          {items.map((notice) => (
            <NoticeRow key={notice.id} notice={notice} onOpen={() => open(notice)} />
          ))}
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

function NoticeRow({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const { t } = useTranslation();
  const time = useTime();
  return (
    <UnstyledButton onClick={onOpen} className="vehicle-row">
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
            {sentence(t, "notice", { code: notice.kind, params: notice.params })}
          </Text>
          <Text size="xs" c="dimmed">
            {time(notice.created_at)}
          </Text>
        </Box>
      </Box>
    </UnstyledButton>
  );
}
