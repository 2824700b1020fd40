import { Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";

/** What is not needed every day: there at a press. */
export function Disclosure({ title, children }: { title: string; children: ReactNode }) {
  const [open, { toggle }] = useDisclosure(false);
  return (
    <div>
      <UnstyledButton
        onClick={toggle}
        aria-expanded={open}
        style={{ display: "inline-flex", alignItems: "center", gap: 6, minHeight: 24, fontWeight: 500 }}
      >
        {open ? <IconChevronDown size={15} /> : <IconChevronRight size={15} />}
        {title}
      </UnstyledButton>
      <Collapse expanded={open} transitionDuration={120}>
        <div style={{ paddingBlockStart: 12 }}>{open && children}</div>
      </Collapse>
    </div>
  );
}
