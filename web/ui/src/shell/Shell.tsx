// The frame around every page: top bar, left menu on wide screens, bottom bar on phones.
import { AppShell, Drawer } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation } from "react-router";
import { CoverageNote } from "../pages/calendar/CoverageNote";
import { Loading } from "../parts/states";
import { useSignedIn } from "../session/useSession";
import { BottomBar } from "./BottomBar";
import { Missing } from "./Missing";
import { admission, menuFor } from "./menu";
import { NoAccess } from "./NoAccess";
import { OpeningNext } from "./Opening";
import { SideMenu } from "./SideMenu";
import { TopBar } from "./TopBar";
import "./shell.css";

/** Pages that use the whole height and scroll inside themselves. */
const FULL_HEIGHT = ["/map"];

export function Shell() {
  const { t } = useTranslation();
  const session = useSignedIn();
  const entries = menuFor(session);
  const { pathname } = useLocation();
  const admitted = admission(session, pathname);
  const phone = useMediaQuery("(max-width: 61.99em)", undefined, { getInitialValueInEffect: false });
  const [opened, drawer] = useDisclosure(false);
  const keepsCalendar = session.rights.includes("calendar.publish");
  const full = admitted.may && FULL_HEIGHT.includes(pathname);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu
  useEffect(() => drawer.close(), [pathname]);

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 212, breakpoint: "md", collapsed: { mobile: true, desktop: false } }}
      footer={{ height: 57, collapsed: !phone }}
      padding={full ? 0 : { base: "sm", sm: "lg" }}
      transitionDuration={0}
    >
      <OpeningNext />
      <a className="skip-link" href="#content">
        {t("shell.skip")}
      </a>
      <AppShell.Header>
        <TopBar phone={phone} />
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("shell.menuLabel")} style={{ overflowY: "auto" }}>
        {!phone && <SideMenu entries={entries} />}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} style={{ outline: "none" }}>
        {admitted.may ? (
          <Suspense fallback={<Loading />}>
            {keepsCalendar && !full && !pathname.startsWith("/admin/calendar") && <CoverageNote linked />}
            <Outlet />
          </Suspense>
        ) : admitted.entry ? (
          <NoAccess page={t(`shell.menu.${admitted.entry.name}`)} />
        ) : (
          <Missing />
        )}
      </AppShell.Main>
      {phone && (
        <AppShell.Footer component="nav" aria-label={t("shell.quickMenuLabel")}>
          <BottomBar entries={entries} onMore={drawer.open} />
        </AppShell.Footer>
      )}
      <Drawer opened={opened} onClose={drawer.close} title={t("shell.menuLabel")} position="left" size={280}>
        <nav aria-label={t("shell.allPages")}>
          <SideMenu entries={entries} />
        </nav>
      </Drawer>
    </AppShell>
  );
}
