import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { List } from "@/api/useList";
import { FormError } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import { t } from "./strings";

interface Named {
  id: number;
  name: string;
}

interface MergeWords {
  title: string;
  lead: string;
  into: string;
}

interface MergeDialogProps {
  /** What goes away; none, and the dialog is closed. */
  gone: Named | null;
  /** Those it may become part of. */
  others: List<Named>;
  words: (gone: Named) => MergeWords;
  act: (id: number, into: number) => Promise<Named>;
  onClose: () => void;
  onMerged: () => Promise<void>;
}

/** One of two things takes the place of the other, wherever pieces name it. */
export function MergeDialog({ gone, words, onClose, ...rest }: MergeDialogProps) {
  return (
    <Modal opened={gone !== null} onClose={onClose} title={gone && words(gone).title}>
      {gone && <MergeForm key={gone.id} gone={gone} words={words(gone)} onClose={onClose} {...rest} />}
    </Modal>
  );
}

interface MergeFormProps extends Omit<MergeDialogProps, "gone" | "words"> {
  gone: Named;
  words: MergeWords;
}

function MergeForm({ gone, words, others, act, onClose, onMerged }: MergeFormProps) {
  const [into, setInto] = useState<string | null>(null);
  const merge = useMutation({
    mutationFn: (target: number) => act(gone.id, target),
    onSuccess: (target) => {
      notifications.show({ message: t("merged", { name: gone.name, target: target.name }), color: "moss" });
      onClose();
      void onMerged();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (into) merge.mutate(Number(into));
      }}
    >
      <Stack gap="md">
        <p style={{ margin: 0 }}>{words.lead}</p>
        <Select
          label={words.into}
          searchable
          openOnFocus={false}
          data-autofocus
          value={into}
          onChange={setInto}
          data={others.items
            .filter(({ id }) => id !== gone.id)
            .map(({ id, name }) => ({ value: String(id), label: name }))}
        />
        <FormError error={merge.error} />
        <Group gap="xs">
          <Button type="submit" disabled={!into} loading={merge.isPending}>
            {t("mergeDo")}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {ui("cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
