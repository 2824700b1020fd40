import { ActionIcon, Button } from "@mantine/core";
import { useHotkeys, useLocalStorage, useDisclosure, useNetwork } from "@mantine/hooks";
import {
  IconArrowUpRight,
  IconCloudOff,
  IconFileExport,
  IconFileImport,
  IconFlag,
  IconFiles,
  IconFocus2,
  IconKeyboard,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconMenu2,
  IconPhoto,
  IconPlus,
  IconSettings,
  IconSpeakerphone,
  IconTags,
  IconTarget,
  IconWebhook,
  IconWorld,
  type TablerIcon,
} from "@tabler/icons-react";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";

import { useMay, useSignedIn } from "@/api/session";
import { t } from "@/app/strings";
import { useNewPiece } from "@/features/content/useNewPiece";
import { IconButton } from "@/ui/IconButton";
import { Mark } from "@/ui/Mark";
import { TopLineProvider, TopLineSlot } from "@/ui/TopLine";

import classes from "./Shell.module.css";

const ShellMenus = lazy(() => import("@/app/ShellMenus").then((module) => ({ default: module.ShellMenus })));
const PhoneRail = lazy(() => import("@/app/PhoneRail").then((module) => ({ default: module.PhoneRail })));
const KeysDialog = lazy(() => import("@/app/KeysDialog").then((module) => ({ default: module.KeysDialog })));

interface Place {
  to: string;
  word: Parameters<typeof t>[0];
  icon: TablerIcon;
  needs?: string;
}

const GROUPS: { word: Parameters<typeof t>[0]; places: Place[] }[] = [
  {
    word: "groupWrite",
    places: [
      { to: "/pieces", word: "pieces", icon: IconFiles },
      { to: "/media", word: "media", icon: IconPhoto },
      { to: "/organise", word: "organise", icon: IconTags },
    ],
  },
  {
    word: "groupPlan",
    places: [
      { to: "/objectives", word: "objectives", icon: IconTarget },
      { to: "/campaigns", word: "campaigns", icon: IconFlag },
      { to: "/ctas", word: "ctas", icon: IconFocus2 },
    ],
  },
  {
    word: "groupReach",
    places: [
      { to: "/channels", word: "channels", icon: IconSpeakerphone },
      { to: "/webhooks", word: "webhooks", icon: IconWebhook, needs: "configure" },
    ],
  },
  {
    word: "groupHouse",
    places: [
      { to: "/site", word: "site", icon: IconWorld },
      { to: "/imports", word: "imports", icon: IconFileImport },
      { to: "/exports", word: "exports", icon: IconFileExport, needs: "configure" },
      { to: "/settings", word: "settings", icon: IconSettings },
    ],
  },
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
            <IconButton
              label={narrow ? t("expand") : t("collapse")}
              icon={narrow ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse}
              onClick={() => setNarrow(!narrow)}
            />
            <IconButton label={t("keys")} icon={IconKeyboard} onClick={keys.open} />
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
            <Suspense fallback={<span className={classes.menuRoom} />}>
              <ShellMenus />
            </Suspense>
          </header>
          <main id="content" className={classes.main} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      <Suspense>
        {menuOpen && (
          <PhoneRail title={<Brand />} onClose={menu.close}>
            <Rail narrow={false} bare />
          </PhoneRail>
        )}
        {keysOpen && <KeysDialog opened onClose={keys.close} />}
      </Suspense>
    </TopLineProvider>
  );
}

function Brand() {
  return (
    <span className={classes.brand}>
      <Mark size={18} />
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
                  <Link
                    to={place.to}
                    className={classes.place}
                    activeProps={{ "data-active": true }}
                    aria-label={narrow ? t(place.word) : undefined}
                    title={narrow ? t(place.word) : undefined}
                  >
                    <place.icon size={17} stroke={1.5} aria-hidden />
                    {!narrow && <span>{t(place.word)}</span>}
                  </Link>
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

function Connection() {
  const { online } = useNetwork();
  return (
    <div role="status" className={classes.connection}>
      {!online && (
        <span title={t("offlineHint")}>
          <IconCloudOff size={16} stroke={1.5} aria-hidden /> {t("offline")}
        </span>
      )}
    </div>
  );
}
