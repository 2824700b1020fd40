import type { ReactNode } from "react";

import classes from "./Ledger.module.css";

/** Things one under the other, each with a name, a note, and what can be done at the end of its line. */
export function Ledger({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.ledger} aria-label={label}>
      {children}
    </ul>
  );
}

export function LedgerLine({ name, note, side }: { name: ReactNode; note?: ReactNode; side?: ReactNode }) {
  return (
    <li className={classes.line}>
      <div className={classes.what}>
        <div className={classes.name}>{name}</div>
        {note && <div className={classes.note}>{note}</div>}
      </div>
      {side && <div className={classes.side}>{side}</div>}
    </li>
  );
}
