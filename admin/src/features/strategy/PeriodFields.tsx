import { Group, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

import { formatDate } from "@/ui/format";

import { t } from "./strings";

interface Period {
  starts_on: string;
  ends_on: string;
}

export function PeriodFields<V extends Period>({ form }: { form: UseFormReturnType<V> }) {
  return (
    <Group grow align="flex-start">
      <TextInput type="date" label={t("startsOn")} {...form.getInputProps("starts_on")} />
      <TextInput type="date" label={t("endsOn")} {...form.getInputProps("ends_on")} />
    </Group>
  );
}

/** Days have no zone: read as noon in UTC, they stay themselves everywhere. */
export function periodWords(from: string | null, to: string | null): string {
  const day = (date: string) => formatDate(`${date}T12:00:00Z`, "UTC");
  if (!from && !to) return t("always");
  return `${from ? day(from) : "…"} – ${to ? day(to) : t("openEnded")}`;
}
