import { Button, Group, Modal, NativeSelect, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Objective, ObjectiveIn } from "@/api/types";
import { useList } from "@/api/useList";
import { formatNumber } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { PeriodFields, periodWords } from "./PeriodFields";
import { t } from "./strings";

const METRICS = [
  "subscriptions",
  "store_visits",
  "downloads",
  "contact_requests",
  "quote_requests",
  "reach",
  "custom",
] as const;

export function ObjectivesPage() {
  const objectives = useList(queries.objectives());
  const [editing, setEditing] = useState<Objective | "new" | null>(null);
  const mayPlan = useMay("plan");
  const newButton = mayPlan && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing("new")}>
      {t("newObjective")}
    </Button>
  );

  return (
    <Page title={t("objectives")} lead={t("objectivesLead")} actions={(!objectives.isSuccess || objectives.items.length > 0) && newButton}>
      {objectives.isPending && <Rows count={4} />}
      {objectives.isError && <ErrorState error={objectives.error} onRetry={objectives.refetch} />}
      {objectives.isSuccess && objectives.items.length === 0 && <EmptyState action={newButton}>{t("noObjectives")}</EmptyState>}
      {objectives.items.length > 0 && (
        <RecordTable
          label={t("objectives")}
          rows={objectives.items}
          keyOf={(objective) => objective.id}
          columns={[
            { head: t("name"), cell: (objective) => objective.name },
            { head: t("metric"), cell: metricWord },
            { head: t("target"), cell: (objective) => formatNumber(objective.target), numbers: true },
            { head: t("period"), cell: (objective) => periodWords(objective.starts_on, objective.ends_on) },
          ]}
          actions={
            mayPlan
              ? (objective) => (
                  <IconButton
                    label={t("edit", { name: objective.name })}
                    icon={IconPencil}
                    onClick={() => setEditing(objective)}
                  />
                )
              : undefined
          }
        />
      )}
      <MoreButton list={objectives} />
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === "new" ? t("newObjective") : t("editObjective")}
      >
        {editing && (
          <ObjectiveForm objective={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
        )}
      </Modal>
    </Page>
  );
}

function ObjectiveForm({ objective, onClose }: { objective: Objective | null; onClose: () => void }) {
  const client = useQueryClient();
  const done = async () => {
    await client.invalidateQueries({ queryKey: ["objectives"] });
    onClose();
  };
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      name: objective?.name ?? "",
      metric: objective?.metric ?? "subscriptions",
      target: (objective?.target ?? "") as number | string,
      unit: objective?.unit ?? "",
      starts_on: objective?.starts_on ?? "",
      ends_on: objective?.ends_on ?? "",
      note: objective?.note ?? "",
    },
    submit: (values) => {
      const body: ObjectiveIn = {
        ...values,
        target: Number(values.target),
        starts_on: values.starts_on || null,
        ends_on: values.ends_on || null,
      };
      return objective
        ? api.patchObjective(objective.id, { version: objective.version, ...body })
        : api.createObjective(body);
    },
    onDone: () => void done(),
  });
  const archive = useMutation({
    mutationFn: (one: Objective) => api.patchObjective(one.id, { version: one.version, archived: true }),
    onSuccess: async (one) => {
      notifications.show({ message: t("archived", { name: one.name }), color: "moss" });
      await done();
    },
  });

  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput label={t("name")} data-autofocus {...form.getInputProps("name")} />
        <Group grow align="flex-start">
          <NumberInput
            label={t("target")}
            min={1}
            allowDecimal={false}
            thousandSeparator=" "
            {...form.getInputProps("target")}
          />
          <NativeSelect
            label={t("metric")}
            data={METRICS.map((metric) => ({ value: metric, label: t(metric) }))}
            {...form.getInputProps("metric")}
          />
        </Group>
        {form.values.metric === "custom" && (
          <TextInput label={t("unit")} description={t("unitHint")} {...form.getInputProps("unit")} />
        )}
        <PeriodFields form={form} />
        <Textarea label={t("note")} autosize minRows={2} {...form.getInputProps("note")} />
        <FormError error={error ?? archive.error} />
        <Group justify="space-between">
          <Button type="submit" loading={isPending}>
            {t("save")}
          </Button>
          {objective && (
            <Button variant="subtle" loading={archive.isPending} onClick={() => archive.mutate(objective)}>
              {t("archive")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function metricWord(objective: Objective): string {
  if (objective.metric === "custom" && objective.unit) return objective.unit;
  const known = METRICS.find((metric) => metric === objective.metric);
  return known ? t(known) : objective.metric;
}
