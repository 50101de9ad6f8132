// The bell: how many notices are unread, and the notices themselves when it is opened.
import { ActionIcon, Indicator, Popover } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readUnread } from "../api/notices";
import { Icon } from "../parts/Icon";
import { useSignedIn } from "../session/useSession";
import { NoticeList } from "./NoticeList";

const REFRESH_MS = 20_000;

export function NoticeBell() {
  const { t } = useTranslation();
  const [opened, popover] = useDisclosure(false);
  // Before the initial password is changed the server answers nothing else.
  const shut = useSignedIn().must_change_password;
  const counted = useQuery({
    queryKey: ["notices", "unread"],
    queryFn: readUnread,
    refetchInterval: REFRESH_MS,
    enabled: !shut,
  });
  const unread = counted.data ?? 0;
  return (
    <Popover
      opened={opened}
      onChange={popover.toggle}
      position="bottom-end"
      width={360}
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
            disabled={shut}
            aria-label={t("shell.notices.label", { count: unread })}
            onClick={popover.toggle}
          >
            <Icon name="bell" />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      {/* On a phone it covers what is below it whole: a field it covers in part would be hard to hit. */}
      <Popover.Dropdown
        p={0}
        mih={{ base: "calc(100dvh - 5rem)", sm: 0 }}
        aria-label={t("shell.notices.title")}
      >
        <NoticeList unread={unread} onDone={popover.close} />
      </Popover.Dropdown>
    </Popover>
  );
}
