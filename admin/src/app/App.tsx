import { MantineProvider, localStorageColorSchemeManager } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";

import { useSession } from "@/api/session";
import { queryClient } from "@/app/queryClient";
import { router } from "@/app/router";
import { cssVariables, theme } from "@/ui/theme";

const loadSessionDialog = () => import("@/app/SessionDialog");
const SessionDialog = lazy(() => loadSessionDialog().then((module) => ({ default: module.SessionDialog })));

// The same key as public/scheme.js, which runs before this.
const colorSchemeManager = localStorageColorSchemeManager({ key: "octavo.scheme" });

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorSchemeManager}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" transitionDuration={120} autoClose={6000} limit={3} />
        <RouterProvider router={router} />
        <LapsedSession />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** Its code comes once the page is at rest, so that it is there when a session ends. */
function LapsedSession() {
  const { lapsed } = useSession();
  useEffect(() => {
    const timer = setTimeout(() => void loadSessionDialog(), 3_000);
    return () => clearTimeout(timer);
  }, []);
  return <Suspense>{lapsed && <SessionDialog />}</Suspense>;
}
