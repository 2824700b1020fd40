import { Button, CopyButton, Group, Stack, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { t } from "@/ui/strings";

/** Something that is shown once and never again: read-only, easy to copy. */
export function OneTimeSecret({
  lead,
  label,
  value,
  done,
  onDone,
  children,
}: {
  lead: string;
  label: string;
  value: string;
  done: string;
  onDone: () => void;
  /** What it is used with. */
  children?: ReactNode;
}) {
  const doneButton = (
    <Button variant={children ? "outline" : "subtle"} color={children ? "ink" : undefined} onClick={onDone}>
      {done}
    </Button>
  );
  return (
    <Stack gap="md">
      <p style={{ margin: 0 }} role="status">
        {lead}
      </p>
      <TextInput
        label={label}
        value={value}
        readOnly
        styles={{ input: { fontFamily: "var(--mono)", fontSize: 12.6 } }}
        onFocus={(event) => event.currentTarget.select()}
        data-autofocus
      />
      <Group gap="xs">
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button onClick={copy} leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}>
              {copied ? t("copied") : t("copy")}
            </Button>
          )}
        </CopyButton>
        {!children && doneButton}
      </Group>
      {children}
      {children && <Group>{doneButton}</Group>}
    </Stack>
  );
}
