import { Button, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { ApiKey, ApiKeyMade } from "@/api/types";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { formatDate, formatDateTime } from "@/ui/format";
import { OneTimeSecret } from "@/ui/OneTimeSecret";
import { Section } from "@/ui/Page";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { KeyUse } from "./KeyUse";
import { t } from "./strings";

export function KeysPage() {
  const keys = useQuery(queries.keys());
  const [making, make] = useDisclosure(false);
  const makeButton = (
    <Button leftSection={<IconPlus size={16} />} onClick={make.open}>
      {t("makeKey")}
    </Button>
  );
  return (
    <>
      {keys.isPending && <Rows count={3} />}
      {keys.isError && <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data?.items.length === 0 && <EmptyState action={makeButton}>{t("noKeys")}</EmptyState>}
      {keys.data && keys.data.items.length > 0 && (
        <>
          <div style={{ marginBottom: 16 }}>{makeButton}</div>
          <KeyTable keys={keys.data.items} />
        </>
      )}
      {keys.data?.items.some(({ scope }) => scope === "content") && (
        <Section title={t("useKeys")} lead={t("useKeysLead")}>
          <div style={{ maxWidth: 680 }}>
            <KeyUse />
          </div>
        </Section>
      )}
      <Modal opened={making} onClose={make.close} title={t("makeKeyTitle")}>
        <MakeKeyForm onClose={make.close} />
      </Modal>
    </>
  );
}

function KeyTable({ keys }: { keys: ApiKey[] }) {
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => api.revokeKey(key.id),
    onSuccess: async () => {
      setLeaving(null);
      await client.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  return (
    <>
      <RecordTable
        label={t("keys")}
        rows={keys}
        keyOf={(key) => key.id}
        columns={[
          { head: t("keyName"), cell: (key) => key.name },
          { head: t("key"), cell: (key) => <code style={{ fontFamily: "var(--mono)", fontSize: 12.6 }}>{key.prefix}…</code> },
          { head: t("scope"), cell: (key) => (key.scope === "admin" ? t("scopeAdmin") : t("scopeContent")) },
          { head: t("made"), cell: (key) => formatDate(key.created_at) },
          { head: t("lastUsed"), cell: (key) => (key.last_used_at ? formatDateTime(key.last_used_at) : t("never")) },
        ]}
        actions={(key) => (
          <Button
            size="xs"
            variant="outline"
            color="vermilion"
            aria-label={`${t("revoke")}: ${key.name}`}
            onClick={() => setLeaving(key)}
          >
            {t("revoke")}
          </Button>
        )}
      />
      <ConfirmDialog
        opened={leaving !== null}
        title={t("revokeTitle", { name: leaving?.name ?? "" })}
        action={t("revoke")}
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => leaving && revoke.mutate(leaving)}
        onClose={() => setLeaving(null)}
      >
        {t("revokeLead")}
      </ConfirmDialog>
    </>
  );
}

function MakeKeyForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [made, setMade] = useState<ApiKeyMade | null>(null);
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { name: "", scope: "content" as "content" | "admin" },
    submit: api.makeKey,
    onDone: (key) => {
      setMade(key);
      void client.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  if (made) {
    return (
      <OneTimeSecret lead={t("keyMade")} label={t("key")} value={made.key} done={t("done")} onDone={onClose}>
        {made.scope === "content" && <KeyUse contentKey={made.key} />}
      </OneTimeSecret>
    );
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t("keyName")}
          description={t("keyNameHint")}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Radio.Group label={t("scope")} {...form.getInputProps("scope")}>
          <Stack gap="xs" mt="xs">
            <Radio value="content" label={t("scopeContent")} description={t("scopeContentHint")} />
            <Radio value="admin" label={t("scopeAdmin")} description={t("scopeAdminHint")} />
          </Stack>
        </Radio.Group>
        <FormError error={error} />
        <Button type="submit" loading={isPending}>
          {t("makeKey")}
        </Button>
      </Stack>
    </form>
  );
}
