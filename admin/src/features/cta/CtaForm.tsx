import { Button, Group, NativeSelect, NumberInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import type { ReactNode } from "react";

import { queries } from "@/api/queries";
import type { Cta, CtaAction, CtaIn } from "@/api/types";
import { useList } from "@/api/useList";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { t } from "./strings";
import { ACTIONS } from "./words";

interface CtaFormProps {
  cta: Cta | null;
  action: string;
  submit: (body: CtaIn) => Promise<unknown>;
  onDone: () => void;
  aside?: ReactNode;
  wide?: boolean;
}

export function CtaForm({ cta, action, submit, onDone, aside, wide = false }: CtaFormProps) {
  const objectives = useList(queries.objectives(), { all: true });
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: {
      label: cta?.label ?? "",
      action: cta?.action ?? ("subscribe" as CtaAction),
      url: cta?.destination.url ?? "",
      objective_id: String(cta?.objective_id ?? ""),
      by: (cta?.expected.rate ? "rate" : "count") as "count" | "rate",
      expected: (cta?.expected.count ?? (cta?.expected.rate ? cta.expected.rate * 100 : "")) as number | string,
    },
    submit: (values) =>
      submit({
        label: values.label,
        action: values.action,
        destination: { url: values.url },
        objective_id: Number(values.objective_id) || null,
        expected:
          values.by === "rate" ? { rate: Number(values.expected) / 100 } : { count: Number(values.expected) },
      }),
    onDone,
    fields: {
      "destination.url": "url",
      destination: "url",
      "expected.count": "expected",
      "expected.rate": "expected",
    },
  });
  const pair = (children: ReactNode) =>
    wide ? (
      <Group grow align="flex-start">
        {children}
      </Group>
    ) : (
      children
    );

  return (
    <form
      noValidate
      onSubmit={(event) => {
        // Inside the piece's own page this form must not reach another one.
        event.stopPropagation();
        onSubmit(event);
      }}
    >
      <Stack gap="sm">
        <TextInput label={t("label")} description={t("labelHint")} data-autofocus {...form.getInputProps("label")} />
        {pair(
          <>
            <NativeSelect
              label={t("action")}
              data={ACTIONS.map((one) => ({ value: one, label: t(one) }))}
              {...form.getInputProps("action")}
            />
            <NativeSelect
              label={t("objective")}
              data={[
                { value: "", label: t("noObjective") },
                ...objectives.items.map(({ id, name }) => ({ value: String(id), label: name })),
              ]}
              {...form.getInputProps("objective_id")}
            />
          </>,
        )}
        <TextInput
          label={t("destination")}
          description={t("destinationHint")}
          type="url"
          placeholder="https://"
          {...form.getInputProps("url")}
        />
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <NumberInput
            flex={1}
            label={t("expected")}
            description={form.values.by === "rate" ? t("rateHint") : t("countHint")}
            min={0}
            allowDecimal={form.values.by === "rate"}
            suffix={form.values.by === "rate" ? " %" : ""}
            hideControls
            {...form.getInputProps("expected")}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("expectedKind")}
            transitionDuration={0}
            data={[
              { value: "count", label: t("expectedCount") },
              { value: "rate", label: t("expectedRate") },
            ]}
            {...form.getInputProps("by")}
          />
        </Group>
        <FormError error={error} />
        <Group justify="space-between">
          <Button type="submit" loading={isPending}>
            {action}
          </Button>
          {aside}
        </Group>
      </Stack>
    </form>
  );
}
