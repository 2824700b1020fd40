import type { ReactNode } from "react";

import { Mark } from "@/ui/Mark";

import classes from "./Door.module.css";

/** The page outside the house: one sheet, one form. */
export function Door({ title, lead, children }: { title: ReactNode; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className={classes.door}>
      <div className={classes.sheet}>
        <Mark size={36} />
        <h1 className={classes.title}>{title}</h1>
        {lead && <p className={classes.lead}>{lead}</p>}
        {children}
      </div>
    </main>
  );
}
