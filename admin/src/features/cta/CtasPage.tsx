import { Button, Modal, Table } from "@mantine/core";
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
        <Table.ScrollContainer minWidth={720}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("label")}</Table.Th>
                <Table.Th>{t("action")}</Table.Th>
                <Table.Th>{t("destination")}</Table.Th>
                <Table.Th>{t("objective")}</Table.Th>
                <Table.Th className="numbers">{t("expected")}</Table.Th>
                {mayPlan && <Table.Td />}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ctas.items.map((cta) => (
                <Table.Tr key={cta.id}>
                  <Table.Td>
                    <strong>{cta.label}</strong>
                    <code className={classes.slug}>{cta.slug}</code>
                  </Table.Td>
                  <Table.Td>{t(cta.action)}</Table.Td>
                  <Table.Td className={classes.address}>{cta.destination.url ?? "–"}</Table.Td>
                  <Table.Td>{names.get(cta.objective_id ?? 0) ?? t("noObjective")}</Table.Td>
                  <Table.Td className="numbers">{expectedWords(cta.expected)}</Table.Td>
                  {mayPlan && (
                    <Table.Td ta="end">
                      <IconButton
                        label={t("edit", { label: cta.label })}
                        icon={IconPencil}
                        onClick={() => setEditing(cta)}
                      />
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
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
