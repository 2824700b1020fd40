import { Button, Skeleton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { messageOf } from "@/api/problem";
import { t } from "@/ui/strings";

import classes from "./States.module.css";

/** One sentence and one thing to do. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <svg width="40" height="56" viewBox="0 0 40 56" fill="none" aria-hidden className={classes.leaf}>
        <path d="M.5 .5h27l12 12v43h-39z M27.5 .5v12h12 M8 24h24 M8 32h24 M8 40h14" stroke="currentColor" />
      </svg>
      <p>{children}</p>
      {action}
    </div>
  );
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className={classes.error} role="alert">
      <IconAlertTriangle size={18} stroke={1.75} aria-hidden />
      <div>
        <strong>{t("failed")}</strong> {messageOf(error)}
      </div>
      {onRetry && (
        <Button variant="outline" color="ink" size="xs" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </div>
  );
}

/** What went wrong with something the person just asked for, above its buttons. */
export function FormError({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <div className={classes.formError} role="alert">
      <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
      <span>{messageOf(error)}</span>
    </div>
  );
}

export function Rows({ count = 6, height = 44 }: { count?: number; height?: number }) {
  return (
    <div role="status" aria-label={t("loading")} className={classes.rows}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={classes.row} style={{ height }}>
          <Skeleton height={12} width={`${52 - ((index * 17) % 30)}%`} />
          <Skeleton height={12} width={88} />
        </div>
      ))}
    </div>
  );
}
