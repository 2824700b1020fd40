import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";

import { CrashScreen, LoadingScreen, NotFoundScreen } from "@/app/screens/edges";
import { Shell } from "@/app/Shell";
import { requireSession } from "@/app/signedIn";
import { parseMediaSearch, parsePieceSearch } from "@/features/content/search";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundScreen });

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "login",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
  component: lazyRouteComponent(() => import("@/features/accounts/LoginPage"), "LoginPage"),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "setup/$token",
  component: lazyRouteComponent(() => import("@/features/accounts/SetupPage"), "SetupPage"),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: ({ location }) => requireSession(location.href),
  component: Shell,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/pieces", search: {} });
  },
});

const piecesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "pieces",
  validateSearch: parsePieceSearch,
  component: lazyRouteComponent(() => import("@/features/content/PiecesPage"), "PiecesPage"),
});

const pieceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "pieces/$pieceId",
  component: lazyRouteComponent(() => import("@/app/screens/WriteScreen"), "WriteScreen"),
});

const pieceDeliveriesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "pieces/$pieceId/deliveries",
  component: lazyRouteComponent(() => import("@/app/screens/DeliveriesScreen"), "DeliveriesScreen"),
});

const pieceHistoryRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "pieces/$pieceId/history",
  validateSearch: (search: Record<string, unknown>): { version?: number; against?: "present" } => ({
    ...(Number(search.version) > 0 ? { version: Number(search.version) } : {}),
    ...(search.against === "present" ? { against: "present" } : {}),
  }),
  component: lazyRouteComponent(() => import("@/app/screens/HistoryScreen"), "HistoryScreen"),
});

const pieceOutcomesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "pieces/$pieceId/outcomes",
  component: lazyRouteComponent(() => import("@/app/screens/OutcomesScreen"), "OutcomesScreen"),
});

const ctasRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "ctas",
  component: lazyRouteComponent(() => import("@/features/cta/CtasPage"), "CtasPage"),
});

const objectivesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "objectives",
  component: lazyRouteComponent(() => import("@/features/strategy/ObjectivesPage"), "ObjectivesPage"),
});

const campaignsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "campaigns",
  component: lazyRouteComponent(() => import("@/features/strategy/CampaignsPage"), "CampaignsPage"),
});

const channelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "channels",
  component: lazyRouteComponent(() => import("@/features/distribution/ChannelsPage"), "ChannelsPage"),
});

const webhooksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "webhooks",
  component: lazyRouteComponent(() => import("@/features/webhooks/WebhooksPage"), "WebhooksPage"),
});

const webhookRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "webhooks/$webhookId",
  component: lazyRouteComponent(() => import("@/features/webhooks/WebhookPage"), "WebhookPage"),
});

const importsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "imports",
  component: lazyRouteComponent(() => import("@/features/exchange/ImportsPage"), "ImportsPage"),
});

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "imports/$runId",
  component: lazyRouteComponent(() => import("@/features/exchange/ImportPage"), "ImportPage"),
});

const exportsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "exports",
  component: lazyRouteComponent(() => import("@/features/exchange/ExportsPage"), "ExportsPage"),
});

const mediaRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "media",
  validateSearch: parseMediaSearch,
  component: lazyRouteComponent(() => import("@/features/content/media/MediaPage"), "MediaPage"),
});

const organiseRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "organise",
  component: lazyRouteComponent(() => import("@/features/content/organise/OrganiseLayout"), "OrganiseLayout"),
});

const organiseTagsRoute = createRoute({
  getParentRoute: () => organiseRoute,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/content/organise/TagsPage"), "TagsPage"),
});

const organiseAuthorsRoute = createRoute({
  getParentRoute: () => organiseRoute,
  path: "authors",
  component: lazyRouteComponent(() => import("@/features/content/organise/AuthorsPage"), "AuthorsPage"),
});

const organiseSeriesRoute = createRoute({
  getParentRoute: () => organiseRoute,
  path: "series",
  component: lazyRouteComponent(() => import("@/features/content/organise/SeriesPage"), "SeriesPage"),
});

const organiseRedirectsRoute = createRoute({
  getParentRoute: () => organiseRoute,
  path: "redirects",
  component: lazyRouteComponent(() => import("@/features/content/organise/RedirectsPage"), "RedirectsPage"),
});

const siteRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "site",
  component: lazyRouteComponent(() => import("@/features/publishing/SitePage"), "SitePage"),
});

const themeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "site/theme",
  component: lazyRouteComponent(() => import("@/app/screens/ThemeScreen"), "ThemeScreen"),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "settings",
  component: lazyRouteComponent(() => import("@/features/accounts/SettingsLayout"), "SettingsLayout"),
});

const settingsHomeRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/accounts/OrganisationPage"), "OrganisationPage"),
});

const settingsUsersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "people",
  component: lazyRouteComponent(() => import("@/features/accounts/PeoplePage"), "PeoplePage"),
});

const settingsKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "keys",
  component: lazyRouteComponent(() => import("@/features/accounts/KeysPage"), "KeysPage"),
});

const settingsAuditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "audit",
  component: lazyRouteComponent(() => import("@/features/accounts/AuditPage"), "AuditPage"),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  shellRoute.addChildren([
    homeRoute,
    piecesRoute,
    pieceRoute,
    pieceHistoryRoute,
    pieceDeliveriesRoute,
    pieceOutcomesRoute,
    ctasRoute,
    objectivesRoute,
    campaignsRoute,
    channelsRoute,
    webhooksRoute,
    importsRoute,
    importRoute,
    exportsRoute,
    webhookRoute,
    mediaRoute,
    organiseRoute.addChildren([organiseTagsRoute, organiseAuthorsRoute, organiseSeriesRoute, organiseRedirectsRoute]),
    siteRoute,
    themeRoute,
    settingsRoute.addChildren([settingsHomeRoute, settingsUsersRoute, settingsKeysRoute, settingsAuditRoute]),
  ]),
]);

export const router = createRouter({
  routeTree,
  basepath: "/admin",
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultPendingComponent: LoadingScreen,
  defaultErrorComponent: CrashScreen,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
