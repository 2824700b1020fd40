import { Link, Outlet, useLocation, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { Page } from "@/ui/Page";
import { Tabs } from "@/ui/Tabs";

export interface Tab {
  to: NonNullable<LinkProps["to"]>;
  title: string;
}

/** A page of several parts, each at an address of its own; the browser's tab names the open one. */
export function TabbedPage({
  title,
  lead,
  label = title,
  tabs,
}: {
  title: string;
  lead?: ReactNode;
  label?: string;
  tabs: Tab[];
}) {
  const path = useLocation({ select: (location) => location.pathname.replace(/\/$/, "") });
  const open = tabs.find((tab) => path.endsWith(tab.to));
  return (
    <Page title={title} lead={lead} documentTitle={open && `${open.title} · ${title}`}>
      <Tabs label={label}>
        {tabs.map((tab) => (
          <Link key={tab.to} to={tab.to} activeOptions={{ exact: true }}>
            {tab.title}
          </Link>
        ))}
      </Tabs>
      <Outlet />
    </Page>
  );
}
