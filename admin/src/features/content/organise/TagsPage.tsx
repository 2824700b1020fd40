import { Button, Group, Menu, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Tag } from "@/api/types";
import { useList } from "@/api/useList";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { MergeDialog } from "./MergeDialog";
import { NamedThings } from "./NamedThings";
import { t } from "./strings";
import { useFinding } from "./useFinding";

export function TagsPage() {
  const tags = useFinding(queries.tags);
  const client = useQueryClient();
  const [merging, setMerging] = useState<Tag | null>(null);
  const all = useList(queries.tags(), { all: true, enabled: merging !== null });
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ["tags"] });
    void client.invalidateQueries({ queryKey: ["pieces"] });
  };
  return (
    <>
      <NamedThings
        label={t("tags")}
        finding={tags}
        nameOf={(tag) => tag.name}
        note={(tag) => tag.description}
        uses={(tag) => (
          <Link to="/pieces" search={{ tag: tag.slug }} title={t("showPieces")}>
            {t("pieces", { count: tag.pieces })}
          </Link>
        )}
        mayMake={useMay("write")}
        mayChange={useMay("review")}
        words={{ make: t("newTag"), edit: t("editTag"), empty: t("noTags") }}
        form={(tag, onClose) => <TagForm tag={tag} onClose={onClose} onSaved={refresh} />}
        remove={{
          act: (tag) => api.deleteTag(tag.id),
          warning: (tag) => t("removeTag", { count: tag.pieces }),
          done: refresh,
        }}
        more={(tag) => <Menu.Item onClick={() => setMerging(tag)}>{t("merge")}</Menu.Item>}
      />
      <MergeDialog
        gone={merging}
        others={all}
        words={({ name }) => ({
          title: t("mergeTitle", { name }),
          lead: t("mergeLead", { name }),
          into: t("mergeInto"),
        })}
        act={api.mergeTag}
        onClose={() => setMerging(null)}
        onMerged={refresh}
      />
    </>
  );
}

interface TagFormProps {
  tag: Tag | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

function TagForm({ tag, onClose, onSaved }: TagFormProps) {
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { name: tag?.name ?? "", slug: tag?.slug ?? "", description: tag?.description ?? "" },
    submit: ({ slug, ...values }) =>
      tag
        ? api.patchTag(tag.id, { version: tag.version, ...values, ...(slug ? { slug } : {}) })
        : api.createTag({ ...values, slug: slug || null }),
    onDone: (saved) => {
      notifications.show({ message: t("saved", { name: saved.name }), color: "moss" });
      onClose();
      void onSaved();
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput label={t("name")} data-autofocus {...form.getInputProps("name")} />
        <TextInput label={t("slug")} description={t("slugHint")} {...form.getInputProps("slug")} />
        <Textarea
          label={t("description")}
          description={t("tagDescriptionHint")}
          autosize
          minRows={2}
          {...form.getInputProps("description")}
        />
        <FormError error={error} />
        <Group>
          <Button type="submit" loading={isPending}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
