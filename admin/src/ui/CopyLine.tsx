import { CopyButton, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { IconButton } from "@/ui/IconButton";
import { t } from "@/ui/strings";

/** One line that belongs somewhere else: to be read, and copied with one press. */
export function CopyLine({ label, description, value }: { label: string; description?: string; value: string }) {
  return (
    <TextInput
      label={label}
      description={description}
      value={value}
      readOnly
      styles={{ input: { fontFamily: "var(--mono)", fontSize: 12.6, textOverflow: "ellipsis" } }}
      onFocus={(event) => event.currentTarget.select()}
      rightSection={
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <IconButton
              size={28}
              label={copied ? t("copied") : t("copyOf", { name: label })}
              icon={copied ? IconCheck : IconCopy}
              onClick={copy}
            />
          )}
        </CopyButton>
      }
    />
  );
}
