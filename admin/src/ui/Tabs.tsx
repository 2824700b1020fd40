import type { ReactNode } from "react";

import classes from "./Tabs.module.css";

/** Links that look like the tabs of a folder; the address says which one is open. */
export function Tabs({ label, children, bare = false }: { label: string; children: ReactNode; bare?: boolean }) {
  return (
    <nav aria-label={label} className={bare ? classes.bare : classes.tabs}>
      {children}
    </nav>
  );
}
