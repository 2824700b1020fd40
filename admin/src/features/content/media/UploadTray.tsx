import { Button } from "@mantine/core";
import { IconRefresh, IconX } from "@tabler/icons-react";

import { messageOf } from "@/api/problem";
import { IconButton } from "@/ui/IconButton";

import classes from "./Media.module.css";
import { t } from "./strings";
import type { Upload } from "./useUploads";

interface UploadTrayProps {
  uploads: Upload[];
  onDrop: (id: number) => void;
  onAgain: (upload: Upload) => void;
}

/** What is on its way, how far it is, and what would not go. */
export function UploadTray({ uploads, onDrop, onAgain }: UploadTrayProps) {
  if (uploads.length === 0) return null;
  return (
    <ul className={classes.uploads} aria-label={t("uploads")}>
      {uploads.map((upload) => (
        <li key={upload.id} className={classes.upload}>
          <span className={classes.name}>{upload.file.name}</span>
          <span className={classes.note} role="status">
            {upload.state === "running" && t("percent", { percent: Math.round(upload.part * 100) })}
            {upload.state === "waiting" && t("waitingUpload")}
            {upload.state === "done" && t("done")}
          </span>
          {upload.state === "failed" ? (
            <span>
              <Button
                size="compact-xs"
                variant="outline"
                color="ink"
                leftSection={<IconRefresh size={13} />}
                aria-label={t("again", { name: upload.file.name })}
                onClick={() => onAgain(upload)}
              >
                {t("upload")}
              </Button>
              <IconButton size={28} label={t("forget", { name: upload.file.name })} icon={IconX} onClick={() => onDrop(upload.id)} />
            </span>
          ) : (
            <IconButton
              size={28}
              label={t("stop", { name: upload.file.name })}
              icon={IconX}
              disabled={upload.state === "done"}
              onClick={() => onDrop(upload.id)}
            />
          )}
          {upload.error && upload.state === "failed" ? (
            <span className={classes.failure} role="alert">
              {messageOf(upload.error)}
            </span>
          ) : (
            <span
              className={classes.bar}
              role="progressbar"
              aria-label={t("uploading", { name: upload.file.name })}
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.round(upload.part * 100)}
            >
              <span style={{ width: `${upload.part * 100}%` }} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
