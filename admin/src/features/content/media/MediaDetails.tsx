import { Button, Checkbox, FileButton, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCopy, IconReplace, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf, ProblemError } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Media } from "@/api/types";
import { uploadFile } from "@/api/upload";
import { useList } from "@/api/useList";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { formatDate, formatSize } from "@/ui/format";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { FocalPicker } from "./FocalPicker";
import { addressOf } from "./media";
import classes from "./Media.module.css";
import { Sizes } from "./Sizes";
import { t } from "./strings";

/** Everything about one file: what is said of it, who uses it, replacing and deleting it. */
export function MediaDetails({ media, onGone }: { media: Media; onGone: () => void }) {
  const mayWrite = useMay("write");
  return (
    <Stack gap="lg">
      <div>
        {media.kind === "video" && (
          <div className={classes.preview}>
            <video controls preload="metadata" src={addressOf(media)} aria-label={media.name} />
          </div>
        )}
        {media.kind === "audio" && (
          <div className={classes.preview}>
            <audio controls preload="metadata" src={addressOf(media)} aria-label={media.name} />
          </div>
        )}
        <p className={classes.facts2}>
          {[
            media.mime,
            formatSize(media.size_bytes),
            media.width && media.height ? t("size", { width: media.width, height: media.height }) : null,
            formatDate(media.created_at),
          ]
            .filter(Boolean)
            .join(" · ")}
          <br />
          <a href={addressOf(media)} target="_blank" rel="noreferrer">
            {addressOf(media)}
          </a>
        </p>
        <MediaForm media={media} readOnly={!mayWrite} />
      </div>
      {media.kind === "image" && <Sizes media={media} />}
      <Usages media={media} />
      <Deeds media={media} mayWrite={mayWrite} onGone={onGone} />
    </Stack>
  );
}

function MediaForm({ media, readOnly }: { media: Media; readOnly: boolean }) {
  const client = useQueryClient();
  const isPicture = media.kind === "image";
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      name: media.name,
      alt: media.alt,
      decorative: media.decorative,
      caption: media.caption,
      credit: media.credit,
      licence: media.licence,
      point: media.focal_x !== null && media.focal_y !== null ? { x: media.focal_x, y: media.focal_y } : null,
    },
    submit: ({ point, ...values }) =>
      api.patchMedia(media.id, {
        version: media.version,
        ...values,
        focal_x: point?.x ?? null,
        focal_y: point?.y ?? null,
      }),
    onDone: (saved) => {
      client.setQueryData(["media", "one", saved.id], saved);
      void client.invalidateQueries({ queryKey: ["media"] });
      notifications.show({ message: t("saved"), color: "moss" });
    },
  });
  const { alt, decorative, point } = form.getValues();
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        {isPicture && (
          <>
            <Textarea
              label={t("alt")}
              description={alt.length > 125 ? t("altLength", { count: alt.length }) : t("altHint")}
              autosize
              minRows={2}
              disabled={decorative}
              readOnly={readOnly}
              {...form.getInputProps("alt")}
            />
            <Checkbox
              label={t("decorative")}
              disabled={readOnly}
              {...form.getInputProps("decorative", { type: "checkbox" })}
            />
            <FocalPicker
              media={media}
              value={point}
              readOnly={readOnly}
              onChange={(value) => form.setFieldValue("point", value)}
            />
          </>
        )}
        <Textarea
          label={t("caption")}
          description={t("captionHint")}
          autosize
          minRows={1}
          readOnly={readOnly}
          {...form.getInputProps("caption")}
        />
        <TextInput label={t("credit")} description={t("creditHint")} readOnly={readOnly} {...form.getInputProps("credit")} />
        <TextInput
          label={t("licence")}
          description={t("licenceHint")}
          readOnly={readOnly}
          {...form.getInputProps("licence")}
        />
        <TextInput label={t("fileName")} readOnly={readOnly} {...form.getInputProps("name")} />
        <FormError error={error} />
        {!readOnly && (
          <Group>
            <Button type="submit" loading={isPending} disabled={!form.isDirty()}>
              {t("save")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Usages({ media }: { media: Media }) {
  const usages = useList(queries.mediaUsages(media.id), { all: true });
  return (
    <section aria-label={t("usages")}>
      <h3>{t("usages")}</h3>
      {usages.isPending && <Rows count={2} />}
      {usages.isError && <ErrorState error={usages.error} onRetry={usages.refetch} />}
      {usages.isSuccess && usages.items.length === 0 && <p className="quiet">{t("usagesNone")}</p>}
      <ul className={classes.usages}>
        {usages.items.map((usage) => (
          <li key={usage.piece_id}>
            <Link to="/pieces/$pieceId" params={{ pieceId: String(usage.piece_id) }}>
              {usage.title || `#${usage.piece_id}`}
            </Link>
            <span className={classes.note}>
              {t("usagePlaces", {
                places: usage.places.map((place) => t(place)).join(", "),
                texts: usage.texts.map((text) => t(text)).join(", "),
              })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Deeds({ media, mayWrite, onGone }: { media: Media; mayWrite: boolean; onGone: () => void }) {
  const client = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ["media"] });
  const say = (error: Error) => notifications.show({ message: messageOf(error), color: "vermilion" });
  const replace = useMutation({
    mutationFn: (file: File) => uploadFile(file, { replace: { id: media.id, version: media.version } }),
    onSuccess: () => notifications.show({ message: t("replaced"), color: "moss" }),
    onError: say,
    onSettled: refresh,
  });
  const removal = useMutation({
    mutationFn: () => api.deleteMedia(media.id),
    onSuccess: () => {
      notifications.show({ message: t("removed", { name: media.name }), color: "moss" });
      setRemoving(false);
      onGone();
      void refresh();
    },
  });
  const isUsed = removal.error instanceof ProblemError && removal.error.status === 409;
  const copy = async () => {
    await navigator.clipboard?.writeText(addressOf(media));
    notifications.show({ message: t("copied"), color: "moss" });
  };
  return (
    <div>
      <Group gap="xs">
        <Button variant="outline" color="ink" size="xs" leftSection={<IconCopy size={15} />} onClick={() => void copy()}>
          {t("copyAddress")}
        </Button>
        {mayWrite && (
          <FileButton accept={media.mime} onChange={(file) => file && replace.mutate(file)}>
            {(props) => (
              <Button
                {...props}
                variant="outline"
                color="ink"
                size="xs"
                leftSection={<IconReplace size={15} />}
                loading={replace.isPending}
              >
                {t("replace")}
              </Button>
            )}
          </FileButton>
        )}
        {mayWrite && (
          <Button
            variant="outline"
            color="vermilion"
            size="xs"
            leftSection={<IconTrash size={15} />}
            onClick={() => {
              removal.reset();
              setRemoving(true);
            }}
          >
            {t("remove")}
          </Button>
        )}
      </Group>
      {mayWrite && <p className={classes.hint}>{t("replaceHint")}</p>}
      <ConfirmDialog
        opened={removing}
        title={t("removeTitle", { name: media.name })}
        action={t("removeDo")}
        isPending={removal.isPending}
        error={removal.error}
        onConfirm={() => removal.mutate()}
        onClose={() => setRemoving(false)}
      >
        {isUsed ? (
          <>
            <p style={{ marginTop: 0 }}>{t("inUse")}</p>
            <Usages media={media} />
          </>
        ) : (
          t("removeLead")
        )}
      </ConfirmDialog>
    </div>
  );
}
