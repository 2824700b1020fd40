import { Button, Group, Modal, Radio, SegmentedControl, Stack, TextInput, UnstyledButton } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";

import { fieldErrors, ProblemError } from "@/api/problem";
import { useSignedIn } from "@/api/session";
import type { Piece } from "@/api/types";
import { browserZone, formatMoment } from "@/ui/format";
import { FormError } from "@/ui/States";
import { t as ui } from "@/ui/strings";
import { ZoneSelect } from "@/ui/ZoneSelect";

import classes from "./PublishDialog.module.css";
import { t } from "./strings";
import type { Move } from "./usePieceMove";
import { momentsOf, wallOf } from "./wallTime";

interface PublishDialogProps {
  piece: Piece;
  title: string;
  /** Null: closed. */
  mode: "now" | "later" | null;
  mayPublish: boolean;
  move: UseMutationResult<Piece, Error, Move>;
  onMode: (mode: "now" | "later") => void;
  onClose: () => void;
}

/** The last step before the world: now, or at a time. */
export function PublishDialog({ piece, title, mode, mayPublish, move, onMode, onClose }: PublishDialogProps) {
  const name = title || t("pieceWithoutTitle", { id: piece.id });
  const later = mode === "later";
  return (
    <Modal
      opened={mode !== null}
      onClose={onClose}
      title={t(later ? "scheduleTitle" : "publishTitle", { title: name })}
      closeButtonProps={{ "aria-label": ui("close") }}
    >
      <Stack gap="md">
        {mayPublish && (
          <SegmentedControl
            aria-label={t("publish")}
            value={mode ?? "now"}
            onChange={(value) => {
              move.reset();
              onMode(value === "later" ? "later" : "now");
            }}
            data={[
              { value: "now", label: t("publishNow") },
              { value: "later", label: t("schedule").replace("…", "") },
            ]}
            transitionDuration={0}
          />
        )}
        {later ? (
          <ScheduleForm piece={piece} move={move} onClose={onClose} />
        ) : (
          <PublishNow piece={piece} move={move} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}

type FormProps = Pick<PublishDialogProps, "piece" | "move" | "onClose">;

function PublishNow({ piece, move, onClose }: FormProps) {
  const lead = piece.live_version
    ? t("publishChangesLead")
    : t("publishLead", { path: piece.path ?? t("noPath") });
  return (
    <>
      <p style={{ margin: 0 }}>{lead}</p>
      <FormError error={move.error} />
      <Group gap="xs">
        <Button onClick={() => move.mutate({ to: "published" })} loading={move.isPending} data-autofocus>
          {piece.live_version ? t("publishChanges") : t("publishNow")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {ui("cancel")}
        </Button>
      </Group>
    </>
  );
}

function ScheduleForm({ piece, move, onClose }: FormProps) {
  const { organisation } = useSignedIn();
  const [zone, setZone] = useState(piece.publish_zone ?? organisation.zone);
  const [wall, setWall] = useState(() => piece.publish_at?.slice(0, 16) ?? tomorrowAtNine(zone));
  const [fold, setFold] = useState<"0" | "1" | null>(null);
  const moments = momentsOf(wall, zone);
  const errors = fieldErrors(move.error);
  // Which of the two is asked right below, in words for people.
  if (codeOf(move.error) === "time_repeated") errors.publish_at = t("foldChoose");
  const isTwice = moments.length > 1;
  const gapEnd = errors.publish_at && moments.length === 0 ? nextShown(wall, zone) : null;

  function change(act: () => void) {
    act();
    setFold(null);
    move.reset();
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        move.mutate({
          to: "scheduled",
          publish_at: wall,
          zone,
          ...(isTwice && fold ? { fold: fold === "1" ? 1 : 0 } : {}),
        });
      }}
    >
      <Stack gap="md">
        <p style={{ margin: 0 }} className="quiet">
          {t("scheduleLead")}
        </p>
        <div className={classes.when}>
          <TextInput
            label={t("publishAt")}
            type="datetime-local"
            value={wall}
            error={errors.publish_at}
            data-autofocus
            onChange={(event) => change(() => setWall(event.currentTarget.value))}
          />
          <ZoneSelect
            label={t("zone")}
            value={zone}
            error={errors.zone}
            onChange={(value) => value && change(() => setZone(value))}
          />
        </div>
        {gapEnd && (
          <UnstyledButton className={classes.suggestion} onClick={() => change(() => setWall(gapEnd))}>
            {t("useInstead", { time: gapEnd.slice(11) })}
          </UnstyledButton>
        )}
        {isTwice && (
          <Radio.Group label={t("fold")} value={fold} onChange={(value) => setFold(value === "1" ? "1" : "0")}>
            <Stack gap={4} mt={4}>
              <Radio value="0" label={t("foldEarlier", { moment: formatMoment(moments[0] ?? "", zone) })} />
              <Radio value="1" label={t("foldLater", { moment: formatMoment(moments[1] ?? "", zone) })} />
            </Stack>
          </Radio.Group>
        )}
        <Moment moment={isTwice ? moments[Number(fold ?? -1)] : moments[0]} zone={zone} />
        <FormError error={isAtField(move.error) ? null : move.error} />
        <Group gap="xs">
          <Button type="submit" loading={move.isPending}>
            {t("setSchedule")}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {ui("cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The same moment in the zone it was given in, and in this browser's when that differs. */
function Moment({ moment, zone }: { moment: Date | undefined; zone: string }) {
  if (!moment) return null;
  const own = browserZone();
  return (
    <p className={classes.moment} aria-live="polite">
      <strong>{formatMoment(moment, zone)}</strong>
      {own !== zone && <span>{t("instantIs", { moment: formatMoment(moment, own) })}</span>}
    </p>
  );
}

function codeOf(error: Error | null): string | undefined {
  return error instanceof ProblemError ? error.problem.errors[0]?.code : undefined;
}

function isAtField(error: Error | null): boolean {
  return (
    error instanceof ProblemError &&
    error.problem.errors.length > 0 &&
    error.problem.errors.every(({ field }) => field === "publish_at" || field === "zone")
  );
}

function tomorrowAtNine(zone: string): string {
  return `${wallOf(new Date(Date.now() + 86_400_000), zone).slice(0, 10)}T09:00`;
}

/** The first minute after a skipped one that clocks in the zone do show. */
function nextShown(wall: string, zone: string): string | null {
  const start = Date.parse(`${wall}:00Z`);
  for (let minute = 1; minute <= 24 * 60; minute += 1) {
    const candidate = new Date(start + minute * 60_000).toISOString().slice(0, 16);
    if (momentsOf(candidate, zone).length > 0) return candidate;
  }
  return null;
}
