import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Cta, CtaIn } from "@/api/types";
import { useList } from "@/api/useList";
import { IconButton } from "@/ui/IconButton";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, Rows } from "@/ui/States";

import { CtaForm } from "./CtaForm";
import classes from "./CtasPage.module.css";
import { t } from "./strings";
import { expectedWords } from "./words";

export function CtasPage() {
  const ctas = useList(queries.ctas());
  const objectives = useList(queries.objectives(), { all: true });
  const [editing, setEditing] = useState<Cta | "new" | null>(null);
  const mayPlan = useMay("plan");
  const names = new Map(objectives.items.map(({ id, name }) => [id, name]));
  const newButton = mayPlan && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing("new")}>
      {t("newCta")}
    </Button>
  );

  return (
    <Page title={t("ctas")} lead={t("ctasLead")} actions={(!ctas.isSuccess || ctas.items.length > 0) && newButton}>
      {ctas.isPending && <Rows count={4} />}
      {ctas.isError && <ErrorState error={ctas.error} onRetry={ctas.refetch} />}
      {ctas.isSuccess && ctas.items.length === 0 && <EmptyState action={newButton}>{t("noCtas")}</EmptyState>}
      {ctas.items.length > 0 && (
        <RecordTable
          label={t("ctas")}
          rows={ctas.items}
          keyOf={(cta) => cta.id}
          columns={[
            { head: t("label"), cell: (cta) => <LabelAndSlug cta={cta} /> },
            { head: t("action"), cell: (cta) => t(cta.action) },
            { head: t("destination"), cell: (cta) => cta.destination.url ?? "–" },
            { head: t("objective"), cell: (cta) => names.get(cta.objective_id ?? 0) ?? t("noObjective") },
            { head: t("expected"), cell: (cta) => expectedWords(cta.expected), numbers: true },
          ]}
          actions={
            mayPlan
              ? (cta) => (
                  <IconButton label={t("edit", { label: cta.label })} icon={IconPencil} onClick={() => setEditing(cta)} />
                )
              : undefined
          }
        />
      )}
      <MoreButton list={ctas} />
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === "new" ? t("newCta") : t("editCta")}
        size="lg"
      >
        {editing && <EditForm cta={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      </Modal>
    </Page>
  );
}

function LabelAndSlug({ cta }: { cta: Cta }) {
  return (
    <>
      {cta.label}
      <code className={classes.slug}>{cta.slug}</code>
    </>
  );
}

function EditForm({ cta, onClose }: { cta: Cta | null; onClose: () => void }) {
  const client = useQueryClient();
  const done = async () => {
    await client.invalidateQueries({ queryKey: ["ctas"] });
    onClose();
  };
  const archive = useMutation({
    mutationFn: (one: Cta) => api.patchCta(one.id, { version: one.version, archived: true }),
    onSuccess: async (one) => {
      notifications.show({ message: t("archived", { label: one.label }), color: "moss" });
      await done();
    },
    onError: (error) => notifications.show({ message: messageOf(error), color: "vermilion" }),
  });
  const submit = (body: CtaIn) =>
    cta ? api.patchCta(cta.id, { version: cta.version, ...body }) : api.createCta(body);
  return (
    <CtaForm
      cta={cta}
      action={t("save")}
      submit={submit}
      onDone={() => void done()}
      wide
      aside={
        cta && (
          <Button variant="subtle" loading={archive.isPending} onClick={() => archive.mutate(cta)}>
            {t("archive")}
          </Button>
        )
      }
    />
  );
}
