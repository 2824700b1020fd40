import { MultiSelect, type MultiSelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { queries } from "@/api/queries";
import { currentLanguage } from "@/ui/i18n";

import { t } from "./strings";

/** Which checks hold a piece back until somebody says that it is to go out all the same. */
export function BlockingChecks(props: MultiSelectProps) {
  const kinds = useQuery(queries.checkKinds(currentLanguage()));
  const data = kinds.data?.map(({ check, label }) => ({ value: check, label })) ?? props.value ?? [];
  return (
    <MultiSelect
      label={t("blockingChecks")}
      description={t("blockingChecksHint")}
      data={data}
      searchable
      clearable
      {...props}
    />
  );
}
