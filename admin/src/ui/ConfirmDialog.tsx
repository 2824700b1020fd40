import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";

import { FormError } from "@/ui/States";
import { t } from "@/ui/strings";

/** Asked only before what the world sees or what cannot be undone. */
export function ConfirmDialog({
  opened,
  title,
  children,
  action,
  isPending = false,
  error,
  onConfirm,
  onClose,
}: {
  opened: boolean;
  title: string;
  children: ReactNode;
  action: string;
  isPending?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <Stack gap="md">
        <div>{children}</div>
        <FormError error={error} />
        <Group gap="xs">
          <Button onClick={onConfirm} loading={isPending} data-autofocus>
            {action}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {t("cancel")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
