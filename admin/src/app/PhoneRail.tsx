import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

import { t } from "@/app/strings";

import classes from "./Shell.module.css";

export function PhoneRail({ title, onClose, children }: { title: ReactNode; onClose: () => void; children: ReactNode }) {
  return (
    <Drawer
      opened
      onClose={onClose}
      size={264}
      title={title}
      closeButtonProps={{ "aria-label": t("closeMenu") }}
      classNames={{ content: classes.drawer, header: classes.drawer }}
    >
      {children}
    </Drawer>
  );
}
