import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import type { ReactNode } from "react";

import classes from "./Organise.module.css";
import type { Finding } from "./useFinding";

/** So few are found by looking. */
const FIND_FROM = 8;

/** The line above a list: where one searches it, and what can be made. */
export function FindBar<T>({ finding, label, children }: { finding: Finding<T>; label: string; children: ReactNode }) {
  const { list, wanted, setWanted } = finding;
  return (
    <div className={classes.bar}>
      {(list.items.length >= FIND_FROM || wanted !== "") && (
        <TextInput
          className={classes.find}
          type="search"
          aria-label={label}
          placeholder={label}
          leftSection={<IconSearch size={16} stroke={1.5} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      <span className={classes.room} />
      {children}
    </div>
  );
}
