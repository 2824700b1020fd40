import { Button, Group, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";

import { messageOf } from "@/api/problem";
import type { Finding } from "@/api/types";
import { useMay, useSignedIn } from "@/api/session";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { IconButton } from "@/ui/IconButton";

import type { Autosave } from "./autosave";
import { heldBack } from "./checks/useChecks";
import { actionsFor, type PieceAction } from "./pieceActions";
import { PublishDialog, type PublishMode } from "./PublishDialog";
import { SharePreview } from "./SharePreview";
import { t } from "./strings";
import { usePieceMove } from "./usePieceMove";

interface PieceActionsProps {
  autosave: Autosave;
  title: string;
  /** What the checks found in the text. */
  findings: Finding[];
  onMoved: () => void;
}

/** What can be done with the piece in its state by this person: one button, the rest in a menu. */
export function PieceActions({ autosave, title, findings, onMoved }: PieceActionsProps) {
  const { piece } = autosave;
  const { user, organisation } = useSignedIn();
  const rights = { review: useMay("review"), write: useMay("write"), isOwn: piece.created_by === user.id };
  const [publishing, setPublishing] = useState<PublishMode | null>(null);
  const [leaving, setLeaving] = useState<"draft" | "archived" | null>(null);
  const [sharing, setSharing] = useState(false);
  const move = usePieceMove(autosave, {
    onMoved: () => {
      setPublishing(null);
      setLeaving(null);
      onMoved();
    },
    onOvertaken: onMoved,
  });
  const { primary, others } = actionsFor(piece, rights);

  function start(action: PieceAction) {
    const say = (error: Error) => notifications.show({ message: messageOf(error), color: "vermilion" });
    move.reset();
    if (action.kind === "publish") setPublishing(action.when);
    else if (action.kind === "leave") setLeaving(action.to);
    else if (action.kind === "drop") move.mutate({ drop: "planned_edit" }, { onError: say });
    else {
      move.mutate({ to: action.to }, { onError: say });
    }
  }

  return (
    <>
      <Group gap={4} wrap="nowrap">
        {primary && (
          <Button
            h={32}
            px="sm"
            onClick={() => start(primary)}
            loading={move.isPending && publishing === null && leaving === null}
          >
            {t(primary.word)}
          </Button>
        )}
        {(others.length > 0 || piece.url || rights.write) && (
          <Menu position="bottom-end" width={220}>
            <Menu.Target>
              <IconButton label={t("moreActions")} icon={IconDots} />
            </Menu.Target>
            <Menu.Dropdown>
              {piece.live_path && piece.status === "published" && (
                <Menu.Item component="a" href={piece.live_path} target="_blank" rel="noreferrer">
                  {t("viewLive")}
                </Menu.Item>
              )}
              {rights.write && <Menu.Item onClick={() => setSharing(true)}>{t("sharePreview")}</Menu.Item>}
              {others.map((action) => (
                <Menu.Item key={action.word} onClick={() => start(action)}>
                  {t(action.word)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      {sharing && <SharePreview pieceId={piece.id} onClose={() => setSharing(false)} />}
      <PublishDialog
        key={`${piece.id}-${publishing !== null}`}
        piece={piece}
        title={title}
        mode={publishing}
        mayPublish={rights.review && (piece.status !== "published" || piece.has_unpublished_changes)}
        move={move}
        held={heldBack(findings, organisation.blocking_checks)}
        onMode={setPublishing}
        onClose={() => setPublishing(null)}
      />
      <ConfirmDialog
        opened={leaving !== null}
        title={t(leaving === "archived" ? "archiveTitle" : "withdrawTitle", {
          title: title || t("pieceWithoutTitle", { id: piece.id }),
        })}
        action={t(leaving === "archived" ? "archive" : "withdraw").replace("…", "")}
        isPending={move.isPending}
        error={move.error}
        onConfirm={() => leaving && move.mutate({ to: leaving })}
        onClose={() => setLeaving(null)}
      >
        {t(leaving === "archived" ? "archiveLead" : "withdrawLead")}
      </ConfirmDialog>
    </>
  );
}
