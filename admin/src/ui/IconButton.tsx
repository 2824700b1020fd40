import { ActionIcon, type ActionIconProps } from "@mantine/core";
import type { TablerIcon } from "@tabler/icons-react";
import type { ComponentPropsWithRef } from "react";

type Props = ActionIconProps &
  Omit<ComponentPropsWithRef<"button">, keyof ActionIconProps | "children"> & { label: string; icon: TablerIcon };

/** A button that is only an icon, and always has a name. */
export function IconButton({ label, icon: Icon, ...rest }: Props) {
  return (
    <ActionIcon variant="subtle" size={32} aria-label={label} title={label} {...rest}>
      <Icon size={17} stroke={1.5} aria-hidden />
    </ActionIcon>
  );
}
