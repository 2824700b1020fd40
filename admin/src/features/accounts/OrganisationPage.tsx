import { ActionIcon, Button, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import { queries } from "@/api/queries";
import { currentSession, rememberSession, useMay } from "@/api/session";
import type { Organisation } from "@/api/types";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";
import { ZoneSelect } from "@/ui/ZoneSelect";

import { RezoningDialog } from "./RezoningDialog";
import { BlockingChecks } from "./BlockingChecks";
import { t } from "./strings";

export function OrganisationPage() {
  const settings = useQuery(queries.settings());
  if (settings.isPending) return <Rows count={5} />;
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  return <OrganisationForm key={settings.data.version} organisation={settings.data} />;
}

function OrganisationForm({ organisation }: { organisation: Organisation }) {
  const may = useMay("configure");
  const client = useQueryClient();
  const [isRezoning, setIsRezoning] = useState(false);
  const { version, name, tagline, description, zone, locale, post_path, nav, blocking_checks } = organisation;
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { name, tagline, description, zone, locale, post_path, nav, blocking_checks },
    submit: async (values) => {
      try {
        return await api.patchSettings({ version, ...values });
      } catch (problem) {
        if (problem instanceof ProblemError && problem.problem.type === "/problems/zone_choice_required") {
          setIsRezoning(true);
        } else if (problem instanceof ProblemError && problem.status === 409) {
          await client.invalidateQueries({ queryKey: ["settings"] });
          notifications.show({ message: t("settingsChanged"), color: "ochre" });
        }
        throw problem;
      }
    },
    onDone: show,
  });

  function show(next: Organisation) {
    client.setQueryData(["settings"], next);
    const session = currentSession();
    if (session) rememberSession({ ...session, organisation: next });
    notifications.show({ message: t("saved"), color: "moss" });
  }

  /** The zone is another now; whatever else was changed in the form follows. */
  async function saveRest(rezoned: Organisation) {
    const isMore = Object.keys(form.values).some((field) => field !== "zone" && form.isDirty(field));
    setIsRezoning(false);
    try {
      show(isMore ? await api.patchSettings({ version: rezoned.version, ...form.values }) : rezoned);
    } catch {
      // Somebody was quicker: the zone is changed, the rest is to be typed again.
      show(rezoned);
      notifications.show({ message: t("settingsChanged"), color: "ochre" });
    }
  }

  // The dialog has a form of its own, and what bubbles out of it must not reach this one.
  return (
    <>
      {isRezoning && (
        <RezoningDialog
          zone={form.values.zone}
          onDone={(rezoned) => void saveRest(rezoned)}
          onClose={() => setIsRezoning(false)}
        />
      )}
      <form onSubmit={onSubmit} noValidate style={{ maxWidth: 560 }}>
        <fieldset disabled={!may} style={{ border: 0, padding: 0, margin: 0 }}>
          <Stack gap="md">
            <TextInput label={t("organisationName")} {...form.getInputProps("name")} />
            <TextInput label={t("tagline")} {...form.getInputProps("tagline")} />
            <Textarea
              label={t("description")}
              description={t("descriptionHint")}
              autosize
              minRows={2}
              {...form.getInputProps("description")}
            />
            <ZoneSelect label={t("zone")} description={t("zoneHint")} disabled={!may} {...form.getInputProps("zone")} />
            <Group grow align="flex-start">
              <TextInput label={t("locale")} description={t("localeHint")} {...form.getInputProps("locale")} />
              <TextInput label={t("postPath")} description={t("postPathHint")} {...form.getInputProps("post_path")} />
            </Group>
            <BlockingChecks disabled={!may} {...form.getInputProps("blocking_checks")} />
            <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
              <legend style={{ fontWeight: 500, padding: 0, marginBottom: 4 }}>{t("nav")}</legend>
              <Stack gap="xs">
                {form.values.nav.map((link, index) => (
                  <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
                    <TextInput
                      aria-label={`${t("navLabel")} ${index + 1}`}
                      placeholder={t("navLabel")}
                      {...form.getInputProps(`nav.${index}.label`)}
                    />
                    <TextInput
                      flex={1}
                      aria-label={`${t("navUrl")} ${index + 1}`}
                      placeholder="/about/"
                      {...form.getInputProps(`nav.${index}.url`)}
                    />
                    <ActionIcon
                      variant="subtle"
                      size={36}
                      aria-label={t("navRemove", { label: link.label || String(index + 1) })}
                      onClick={() => form.removeListItem("nav", index)}
                    >
                      <IconTrash size={16} stroke={1.5} />
                    </ActionIcon>
                  </Group>
                ))}
                <div>
                  <Button
                    variant="subtle"
                    size="xs"
                    leftSection={<IconPlus size={14} />}
                    onClick={() => form.insertListItem("nav", { label: "", url: "" })}
                  >
                    {t("navAdd")}
                  </Button>
                </div>
              </Stack>
            </fieldset>
            <FormError error={error} />
            {may && (
              <div>
                <Button type="submit" loading={isPending} disabled={!form.isDirty()}>
                  {t("save")}
                </Button>
              </div>
            )}
          </Stack>
        </fieldset>
      </form>
    </>
  );
}
