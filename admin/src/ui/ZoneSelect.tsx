import { Select, type SelectProps } from "@mantine/core";
import { useMemo } from "react";

import { browserZone, listZones } from "@/ui/format";

/** An IANA time zone, typed or picked. The browser's own and the present one stand first. */
export function ZoneSelect(props: Omit<SelectProps, "data" | "searchable">) {
  const zones = useMemo(() => listZones(props.value ?? "", browserZone()), [props.value]);
  return <Select {...props} data={zones} searchable limit={60} allowDeselect={false} comboboxProps={{ shadow: "none" }} />;
}
