import { ActionIcon, Button, Drawer, Menu, Tooltip, UnstyledButton } from "@mantine/core";
import { useHotkeys, useLocalStorage, useDisclosure, useNetwork } from "@mantine/hooks";
import {
  IconArrowUpRight,
  IconCloudOff,
  IconFlag,
  IconFiles,
  IconFocus2,
  IconKeyboard,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconMenu2,
  IconPlus,
  IconSettings,
  IconSpeakerphone,
  IconTarget,
  type TablerIcon,
} from "@tabler/icons-react";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";

import { api } from "@/api/client";
import { forgetSession, useMay, useSignedIn } from "@/api/session";
import { KeysDialog } from "@/app/KeysDialog";
import { queryClient } from "@/app/queryClient";
import { t } from "@/app/strings";
import { ThemeMenu } from "@/app/ThemeMenu";
import { useNewPiece } from "@/features/content/useNewPiece";
import { Mark } from "@/ui/Mark";
import { TopLineProvider, TopLineSlot } from "@/ui/TopLine";

import classes from "./Shell.module.css";

interface Place {
  to: string;
  word: Parameters<typeof t>[0];
  icon: TablerIcon;
  needs?: string;
}

const GROUPS: { word: Parameters<typeof t>[0]; places: Place[] }[] = [
  { word: "groupWrite", places: [{ to: "/pieces", word: "pieces", icon: IconFiles }] },
  {
    word: "groupPlan",
    places: [
      { to: "/objectives", word: "objectives", icon: IconTarget },
      { to: "/campaigns", word: "campaigns", icon: IconFlag },
      { to: "/ctas", word: "ctas", icon: IconFocus2 },
    ],
  },
  { word: "groupReach", places: [{ to: "/channels", word: "channels", icon: IconSpeakerphone }] },
  { word: "groupHouse", places: [{ to: "/settings", word: "settings", icon: IconSettings }] },
];

export function Shell() {
  const [narrow, setNarrow] = useLocalStorage({ key: "octavo.rail", defaultValue: false, getInitialValueInEffect: false });
  const [menuOpen, menu] = useDisclosure(false);
  const [keysOpen, keys] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const mayWrite = useMay("write");
  const { make, isPending } = useNewPiece();

  useEffect(() => menu.close(), [path, menu.close]);
  useHotkeys([
    ["mod+.", () => setNarrow((before) => !before)],
    ["shift+?", () => keys.open()],
    ["n", () => mayWrite && make()],
  ]);

  return (
    <TopLineProvider>
      <a href="#content" className={classes.skip}>
        {t("skip")}
      </a>
      <div className={classes.frame} data-narrow={narrow || undefined}>
        <aside className={classes.rail}>
          <Rail narrow={narrow} />
          <div className={classes.railFoot}>
            <RailTool
              label={narrow ? t("expand") : t("collapse")}
              icon={narrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse}
              onClick={() => setNarrow(!narrow)}
            />
            <RailTool label={t("keys")} icon={IconKeyboard} onClick={keys.open} />
          </div>
        </aside>
        <div className={classes.body}>
          <header className={classes.top}>
            <ActionIcon
              variant="subtle"
              size="lg"
              className={classes.menuButton}
              aria-label={t("openMenu")}
              onClick={menu.open}
            >
              <IconMenu2 size={20} stroke={1.5} />
            </ActionIcon>
            <TopLineSlot className={classes.slot} />
            <Connection />
            {mayWrite && path.endsWith("/pieces") === false && !path.includes("/pieces/") && (
              <Button
                variant="subtle"
                size="xs"
                leftSection={<IconPlus size={15} />}
                onClick={() => make()}
                loading={isPending}
                className={classes.newButton}
              >
                {t("newPiece")}
              </Button>
            )}
            <ThemeMenu />
            <AccountMenu />
          </header>
          <main id="content" className={classes.main} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      <Drawer
        opened={menuOpen}
        onClose={menu.close}
        size={264}
        title={<Brand />}
        closeButtonProps={{ "aria-label": t("closeMenu") }}
        classNames={{ content: classes.drawer, header: classes.drawer }}
      >
        <Rail narrow={false} bare />
      </Drawer>
      <KeysDialog opened={keysOpen} onClose={keys.close} />
    </TopLineProvider>
  );
}

function Brand() {
  return (
    <span className={classes.brand}>
      <Mark size={20} />
      <span className={classes.brandName}>{t("product")}</span>
    </span>
  );
}

function Rail({ narrow, bare = false }: { narrow: boolean; bare?: boolean }) {
  const { may } = useSignedIn();
  return (
    <nav aria-label={t("navigation")} className={classes.nav}>
      {!bare && (
        <Link to="/pieces" search={{}} className={classes.brandLink} aria-label={t("product")}>
          <Brand />
        </Link>
      )}
      {GROUPS.map((group) => (
        <div key={group.word} className={classes.group}>
          {!narrow && <div className={classes.groupWord}>{t(group.word)}</div>}
          <ul>
            {group.places
              .filter((place) => !place.needs || may.includes(place.needs))
              .map((place) => (
                <li key={place.to}>
                  <Tooltip label={t(place.word)} position="right" disabled={!narrow}>
                    <Link
                      to={place.to}
                      className={classes.place}
                      activeProps={{ "data-active": true }}
                      aria-label={narrow ? t(place.word) : undefined}
                    >
                      <place.icon size={17} stroke={1.5} aria-hidden />
                      {!narrow && <span>{t(place.word)}</span>}
                    </Link>
                  </Tooltip>
                </li>
              ))}
          </ul>
        </div>
      ))}
      <a href="/" className={classes.place} target="_blank" rel="noreferrer" aria-label={narrow ? t("visitSite") : undefined}>
        <IconArrowUpRight size={17} stroke={1.5} aria-hidden />
        {!narrow && <span>{t("visitSite")}</span>}
      </a>
    </nav>
  );
}

function RailTool({ label, icon: Icon, onClick }: { label: string; icon: TablerIcon; onClick: () => void }) {
  return (
    <Tooltip label={label} position="right">
      <ActionIcon variant="subtle" size={32} aria-label={label} onClick={onClick}>
        <Icon size={17} stroke={1.5} />
      </ActionIcon>
    </Tooltip>
  );
}

function Connection() {
  const { online } = useNetwork();
  return (
    <div role="status" className={classes.connection}>
      {!online && (
        <Tooltip label={t("offlineHint")} multiline w={260}>
          <span tabIndex={0}>
            <IconCloudOff size={16} stroke={1.5} aria-hidden /> {t("offline")}
          </span>
        </Tooltip>
      )}
    </div>
  );
}

function AccountMenu() {
  const { user } = useSignedIn();
  const navigate = useNavigate();

  async function signOut() {
    await api.signOut();
    forgetSession();
    queryClient.clear();
    await navigate({ to: "/login", search: {} });
  }

  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.account} aria-label={`${t("account")}: ${user.name}`}>
          {initials(user.name)}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>{user.name}</strong>
          <span>{user.email}</span>
        </div>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t("signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
