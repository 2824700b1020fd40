import { Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowsSort } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Series } from "@/api/types";
import { IconButton } from "@/ui/IconButton";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { NamedThings } from "./NamedThings";
import { OrderDialog } from "./OrderDialog";
import classes from "./Organise.module.css";
import { t } from "./strings";
import { useFinding } from "./useFinding";

export function SeriesPage() {
  const series = useFinding(queries.series);
  const client = useQueryClient();
  const [ordering, setOrdering] = useState<Series | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["series"] });
  const mayWrite = useMay("write");
  return (
    <>
      <NamedThings
        label={t("series")}
        finding={series}
        nameOf={(one) => one.title}
        note={(one) => one.description}
        uses={(one) => (
          <span className={classes.uses}>
            <Link to="/pieces" search={{ series: one.slug }} title={t("showPieces")}>
              {t("pieces", { count: one.pieces })}
            </Link>
            {mayWrite && one.pieces > 1 && (
              <IconButton
                label={t("orderOf", { name: one.title })}
                icon={IconArrowsSort}
                onClick={() => setOrdering(one)}
              />
            )}
          </span>
        )}
        mayMake={mayWrite}
        mayChange={useMay("review")}
        words={{ make: t("newSeries"), edit: t("editSeries"), empty: t("noSeries") }}
        form={(one, onClose) => <SeriesForm series={one} onClose={onClose} onSaved={refresh} />}
        remove={{
          act: (one) => api.deleteSeries(one.id),
          warning: (one) => t("removeSeries", { count: one.pieces }),
          done: refresh,
        }}
      />
      <OrderDialog series={ordering} onClose={() => setOrdering(null)} />
    </>
  );
}

interface SeriesFormProps {
  series: Series | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

function SeriesForm({ series, onClose, onSaved }: SeriesFormProps) {
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { title: series?.title ?? "", slug: series?.slug ?? "", description: series?.description ?? "" },
    submit: ({ slug, ...values }) =>
      series
        ? api.patchSeries(series.id, { version: series.version, ...values, ...(slug ? { slug } : {}) })
        : api.createSeries({ ...values, slug: slug || null }),
    onDone: (saved) => {
      notifications.show({ message: t("saved", { name: saved.title }), color: "moss" });
      onClose();
      void onSaved();
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput label={t("title")} data-autofocus {...form.getInputProps("title")} />
        <TextInput label={t("slug")} description={t("slugHint")} {...form.getInputProps("slug")} />
        <Textarea label={t("description")} autosize minRows={2} {...form.getInputProps("description")} />
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
