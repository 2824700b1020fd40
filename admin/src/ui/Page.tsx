import { Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./Page.module.css";

interface PageProps {
  title: string;
  /** What the page can do, at the end of its first line. */
  actions?: ReactNode;
  lead?: ReactNode;
  narrow?: boolean;
  /** What the browser's tab says, where the title alone does not tell screens apart. */
  documentTitle?: string;
  children: ReactNode;
}

export function Page({ title, actions, lead, narrow = false, documentTitle = title, children }: PageProps) {
  useDocumentTitle(`${documentTitle} · Octavo`);
  return (
    <div className={narrow ? `${classes.page} ${classes.narrow}` : classes.page}>
      <header className={classes.head}>
        <div>
          <Title order={1}>{title}</Title>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.section}>
      <div className={classes.sectionHead}>
        <div>
          <Title order={2}>{title}</Title>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
