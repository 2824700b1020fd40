import { Button, ColorInput, Group, SegmentedControl, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { ThemeSetting, ThemeView } from "@/api/types";
import { Page } from "@/ui/Page";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { t } from "./strings";
import classes from "./ThemePage.module.css";

type Values = Record<string, string>;
type Picker = (onPick: (address: string) => void, onClose: () => void) => ReactNode;

/** What the theme offers, and beside it the site as it would be. */
export function ThemePage({ picker }: { picker: Picker }) {
  const theme = useQuery(queries.theme());
  return (
    <Page title={t("theme")} lead={theme.data ? themeLead(theme.data) : t("themeLead")}>
      {theme.isPending && <Rows count={6} />}
      {theme.isError && <ErrorState error={theme.error} onRetry={() => void theme.refetch()} />}
      {theme.data?.problem && <FormError error={new Error(t("themeBroken", { detail: theme.data.problem }))} />}
      {theme.data && theme.data.settings.length > 0 && (
        <ThemeForm key={theme.data.version} theme={theme.data} picker={picker} />
      )}
    </Page>
  );
}

function themeLead({ name, theme_version, is_own }: ThemeView): string {
  return t(is_own ? "themeOwn" : "themeShipped", { name, version: theme_version });
}

/** What differs from the theme's own values; the rest stays the theme's. */
function chosenOf(theme: ThemeView, values: Values): Values {
  const named = theme.settings.map(({ name, default: own }) => [name, values[name] ?? own, own] as const);
  return Object.fromEntries(named.filter(([, value, own]) => value !== own).map(([name, value]) => [name, value]));
}

function ThemeForm({ theme, picker }: { theme: ThemeView; picker: Picker }) {
  const may = useMay("configure");
  const client = useQueryClient();
  const initial: Values = Object.fromEntries(theme.settings.map(({ name, value }) => [name, value]));
  const { form, onSubmit, isPending, error } = useServerForm<Values, ThemeView>({
    initial,
    fields: Object.fromEntries(theme.settings.map(({ name }) => [`theme.${name}`, name])),
    submit: (values) => api.chooseTheme({ version: theme.version, settings: chosenOf(theme, values) }),
    onDone: (next) => {
      client.setQueryData(["theme"], next);
      void client.invalidateQueries({ queryKey: ["site"] });
      notifications.show({ message: t("themeSaved"), color: "moss" });
    },
  });
  const groups = [...new Set(theme.settings.map(({ group }) => group))];
  return (
    <div className={classes.desk}>
      <form onSubmit={onSubmit} className={classes.form}>
        <FormError error={error} />
        {groups.map((group) => (
          <fieldset key={group} className={classes.group} disabled={!may}>
            <legend>{group || t("themeOther")}</legend>
            {theme.settings
              .filter((setting) => setting.group === group)
              .map((setting) => (
                <Field
                  key={setting.name}
                  setting={setting}
                  picker={picker}
                  value={form.values[setting.name] ?? ""}
                  error={form.errors[setting.name]}
                  onChange={(value) => form.setFieldValue(setting.name, value)}
                />
              ))}
          </fieldset>
        ))}
        {may && (
          <Group>
            <Button type="submit" loading={isPending} disabled={!form.isDirty()}>
              {t("themeSave")}
            </Button>
            <Button variant="subtle" disabled={!form.isDirty()} onClick={() => form.reset()}>
              {t("themeReset")}
            </Button>
          </Group>
        )}
      </form>
      <Sample settings={chosenOf(theme, form.values)} />
    </div>
  );
}

interface FieldProps {
  setting: ThemeSetting;
  value: string;
  error: ReactNode;
  picker: Picker;
  onChange: (value: string) => void;
}

function Field({ setting, value, error, picker, onChange }: FieldProps) {
  const [picking, setPicking] = useState(false);
  const { label, type, choices, names, inherited } = setting;
  const warning = value === setting.value ? setting.warnings.join("; ") : "";
  const description = [setting.help, warning].filter(Boolean).join(" ") || undefined;
  const common = { label, description, error, value };
  if (type === "choice" && choices.length === 2 && choices.includes("on") && choices.includes("off")) {
    return (
      <Switch
        label={label}
        description={description}
        error={error}
        checked={value === "on"}
        onChange={(event) => onChange(event.currentTarget.checked ? "on" : "off")}
      />
    );
  }
  if (type === "choice") {
    const data = choices.map((choice) => ({ value: choice, label: names[choice] ?? choice }));
    return <Select {...common} data={data} allowDeselect={false} onChange={(chosen) => onChange(chosen ?? "")} />;
  }
  if (type === "colour") {
    return (
      <ColorInput
        {...common}
        withEyeDropper={false}
        placeholder={inherited}
        swatches={inherited ? [inherited] : undefined}
        onChange={(colour) => onChange(colour === inherited ? "" : colour.toLowerCase())}
      />
    );
  }
  if (type === "links") {
    return <Textarea {...common} autosize minRows={2} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  if (type === "picture") {
    return (
      <div>
        <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />
        <Group gap="xs" mt={4}>
          <Button size="xs" variant="outline" color="ink" onClick={() => setPicking(true)}>
            {t("themePick")}
          </Button>
          {value && (
            <Button size="xs" variant="subtle" onClick={() => onChange("")}>
              {t("themeNoPicture")}
            </Button>
          )}
        </Group>
        {picking &&
          picker(
            (address) => {
              setPicking(false);
              onChange(address);
            },
            () => setPicking(false),
          )}
      </div>
    );
  }
  return <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** The site with these choices. The frame runs nothing and leads nowhere. */
function Sample({ settings }: { settings: Values }) {
  const [wanted] = useDebouncedValue(JSON.stringify(settings), 300);
  const [page, setPage] = useState<"home" | "post">("home");
  const [width, setWidth] = useState<"desk" | "phone">("desk");
  const sample = useQuery({
    queryKey: ["theme", "sample", page, wanted],
    queryFn: () => api.previewTheme({ settings: JSON.parse(wanted) as Values, page }),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
  return (
    <section className={classes.sample} aria-label={t("themeSample")}>
      <Group justify="space-between" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label={t("themeSamplePage")}
          value={page}
          onChange={(value) => setPage(value as "home" | "post")}
          data={[
            { value: "home", label: t("themeFront") },
            { value: "post", label: t("themePost") },
          ]}
        />
        <SegmentedControl
          size="xs"
          aria-label={t("themeSampleWidth")}
          value={width}
          onChange={(value) => setWidth(value as "desk" | "phone")}
          data={[
            { value: "desk", label: t("themeDesk") },
            { value: "phone", label: t("themePhone") },
          ]}
        />
      </Group>
      {sample.isError && <FormError error={new Error(messageOf(sample.error))} />}
      <iframe
        title={t("themeSample")}
        sandbox="allow-same-origin"
        srcDoc={sample.data ?? ""}
        className={classes.frame}
        data-width={width}
        onLoad={(event) =>
          event.currentTarget.contentDocument?.addEventListener("click", (click) => click.preventDefault())
        }
      />
    </section>
  );
}
