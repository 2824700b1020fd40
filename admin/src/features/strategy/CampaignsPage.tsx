import { Button, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Campaign, CampaignIn } from "@/api/types";
import { useList } from "@/api/useList";
import { IconButton } from "@/ui/IconButton";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { PeriodFields, periodWords } from "./PeriodFields";
import { t } from "./strings";

const KINDS = ["campaign", "contest", "promotion", "series"] as const;

export function CampaignsPage() {
  const campaigns = useList(queries.campaigns());
  const objectives = useList(queries.objectives(), { all: true });
  const [editing, setEditing] = useState<Campaign | "new" | null>(null);
  const mayPlan = useMay("plan");
  const names = new Map(objectives.items.map(({ id, name }) => [id, name]));
  const newButton = mayPlan && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing("new")}>
      {t("newCampaign")}
    </Button>
  );

  return (
    <Page title={t("campaigns")} lead={t("campaignsLead")} actions={(!campaigns.isSuccess || campaigns.items.length > 0) && newButton}>
      {campaigns.isPending && <Rows count={4} />}
      {campaigns.isError && <ErrorState error={campaigns.error} onRetry={campaigns.refetch} />}
      {campaigns.isSuccess && campaigns.items.length === 0 && <EmptyState action={newButton}>{t("noCampaigns")}</EmptyState>}
      {campaigns.items.length > 0 && (
        <RecordTable
          label={t("campaigns")}
          rows={campaigns.items}
          keyOf={(campaign) => campaign.id}
          columns={[
            {
              head: t("name"),
              cell: (campaign) => (
                <Link to="/pieces" search={{ campaign: campaign.id }} title={t("showPieces")}>
                  {campaign.name}
                </Link>
              ),
            },
            { head: t("kind"), cell: (campaign) => kindWord(campaign.kind) },
            { head: t("objective"), cell: (campaign) => names.get(campaign.objective_id ?? 0) ?? t("noObjective") },
            { head: t("period"), cell: (campaign) => periodWords(campaign.starts_on, campaign.ends_on) },
          ]}
          actions={
            mayPlan
              ? (campaign) => (
                  <IconButton
                    label={t("edit", { name: campaign.name })}
                    icon={IconPencil}
                    onClick={() => setEditing(campaign)}
                  />
                )
              : undefined
          }
        />
      )}
      <MoreButton list={campaigns} />
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === "new" ? t("newCampaign") : t("editCampaign")}
      >
        {editing && <CampaignForm campaign={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      </Modal>
    </Page>
  );
}

function CampaignForm({ campaign, onClose }: { campaign: Campaign | null; onClose: () => void }) {
  const client = useQueryClient();
  const objectives = useList(queries.objectives(), { all: true });
  const done = async () => {
    await client.invalidateQueries({ queryKey: ["campaigns"] });
    onClose();
  };
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      name: campaign?.name ?? "",
      kind: campaign?.kind ?? "campaign",
      objective_id: String(campaign?.objective_id ?? ""),
      starts_on: campaign?.starts_on ?? "",
      ends_on: campaign?.ends_on ?? "",
      note: campaign?.note ?? "",
    },
    submit: (values) => {
      const body: CampaignIn = {
        ...values,
        objective_id: Number(values.objective_id) || null,
        starts_on: values.starts_on || null,
        ends_on: values.ends_on || null,
      };
      return campaign
        ? api.patchCampaign(campaign.id, { version: campaign.version, ...body })
        : api.createCampaign(body);
    },
    onDone: () => void done(),
  });
  const archive = useMutation({
    mutationFn: (one: Campaign) => api.patchCampaign(one.id, { version: one.version, archived: true }),
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
          <NativeSelect
            label={t("kind")}
            data={KINDS.map((kind) => ({ value: kind, label: t(kind) }))}
            {...form.getInputProps("kind")}
          />
          <NativeSelect
            label={t("objective")}
            data={[
              { value: "", label: t("noObjective") },
              ...objectives.items.map(({ id, name }) => ({ value: String(id), label: name })),
            ]}
            {...form.getInputProps("objective_id")}
          />
        </Group>
        <PeriodFields form={form} />
        <Textarea label={t("note")} autosize minRows={2} {...form.getInputProps("note")} />
        <FormError error={error ?? archive.error} />
        <Group justify="space-between">
          <Button type="submit" loading={isPending}>
            {t("save")}
          </Button>
          {campaign && (
            <Button variant="subtle" loading={archive.isPending} onClick={() => archive.mutate(campaign)}>
              {t("archive")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function kindWord(kind: string): string {
  const known = KINDS.find((one) => one === kind);
  return known ? t(known) : kind;
}
