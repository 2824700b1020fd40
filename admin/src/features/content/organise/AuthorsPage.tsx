import { Button, Group, Menu, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Author } from "@/api/types";
import { useList } from "@/api/useList";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { MergeDialog } from "./MergeDialog";
import { NamedThings } from "./NamedThings";
import { t } from "./strings";
import { useFinding } from "./useFinding";

export function AuthorsPage() {
  const authors = useFinding(queries.authors);
  const client = useQueryClient();
  const mayReview = useMay("review");
  const [merging, setMerging] = useState<Author | null>(null);
  const all = useList(queries.authors(), { all: true, enabled: merging !== null });
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ["authors"] });
    void client.invalidateQueries({ queryKey: ["pieces"] });
  };
  return (
    <>
      <NamedThings
        label={t("authors")}
        finding={authors}
        nameOf={(author) => author.name}
        note={(author) => author.bio}
        uses={(author) => (
          <Link to="/pieces" search={{ author: author.slug }} title={t("showPieces")}>
            {t("pieces", { count: author.pieces })}
          </Link>
        )}
        mayMake={mayReview}
        mayChange={mayReview}
        words={{ make: t("newAuthor"), edit: t("editAuthor"), empty: t("noAuthors") }}
        form={(author, onClose) => <AuthorForm author={author} onClose={onClose} onSaved={refresh} />}
        remove={{ act: (author) => api.deleteAuthor(author.id), warning: () => t("removeAuthor"), done: refresh }}
        more={(author) => <Menu.Item onClick={() => setMerging(author)}>{t("merge")}</Menu.Item>}
      />
      <MergeDialog
        gone={merging}
        others={all}
        words={({ name }) => ({
          title: t("mergeAuthorTitle", { name }),
          lead: t("mergeAuthorLead", { name }),
          into: t("mergeAuthorInto"),
        })}
        act={api.mergeAuthor}
        onClose={() => setMerging(null)}
        onMerged={refresh}
      />
    </>
  );
}

interface AuthorFormProps {
  author: Author | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

function AuthorForm({ author, onClose, onSaved }: AuthorFormProps) {
  const users = useQuery(queries.users());
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      name: author?.name ?? "",
      slug: author?.slug ?? "",
      bio: author?.bio ?? "",
      website: author?.website ?? "",
      user_id: String(author?.user_id ?? ""),
    },
    submit: ({ slug, user_id, ...values }) => {
      const body = { ...values, user_id: Number(user_id) || null };
      return author
        ? api.patchAuthor(author.id, { version: author.version, ...body, ...(slug ? { slug } : {}) })
        : api.createAuthor({ ...body, slug: slug || null });
    },
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
        <Textarea label={t("bio")} description={t("bioHint")} autosize minRows={2} {...form.getInputProps("bio")} />
        <TextInput
          label={t("website")}
          description={t("websiteHint")}
          type="url"
          inputMode="url"
          {...form.getInputProps("website")}
        />
        <NativeSelect
          label={t("user")}
          data={[
            { value: "", label: t("noUser") },
            ...(users.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
          {...form.getInputProps("user_id")}
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
