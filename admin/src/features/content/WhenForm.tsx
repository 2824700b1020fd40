import { Button, Group, Radio, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { useState, type ReactNode } from "react";

import { fieldErrors, ProblemError } from "@/api/problem";
import { useSignedIn } from "@/api/session";
import { browserZone, formatMoment } from "@/ui/format";
import { FormError } from "@/ui/States";
import { t as ui } from "@/ui/strings";
import { ZoneSelect } from "@/ui/ZoneSelect";

import classes from "./PublishDialog.module.css";
import { t } from "./strings";
import { momentsOf, wallOf } from "./wallTime";

export interface When {
  wall: string;
  zone: string;
  fold?: 0 | 1;
}

interface WhenFormProps {
  lead: string;
  label: string;
  action: string;
  /** What is set already. */
  wall: string | null;
  zone: string | null;
  /** What the server calls the field of the time. */
  field: "publish_at" | "unpublish_at";
  error: Error | null;
  isPending: boolean;
  /** More buttons at the end. */
  more?: ReactNode;
  onChange: () => void;
  onSubmit: (when: When) => void;
  onClose: () => void;
}

/** A time as clocks show it in a zone; asks which one where they show it twice, helps where they skip it. */
export function WhenForm({ lead, label, action, field, error, isPending, more, onChange, onSubmit, onClose, ...set }: WhenFormProps) {
  const { organisation } = useSignedIn();
  const [zone, setZone] = useState(set.zone ?? organisation.zone);
  const [wall, setWall] = useState(() => set.wall?.slice(0, 16) ?? tomorrowAtNine(zone));
  const [fold, setFold] = useState<"0" | "1" | null>(null);
  const moments = momentsOf(wall, zone);
  const errors = fieldErrors(error);
  // Which of the two is asked right below, in words for people.
  if (codeOf(error) === "time_repeated") errors[field] = t("foldChoose");
  const isTwice = moments.length > 1;
  const gapEnd = errors[field] && moments.length === 0 ? nextShown(wall, zone) : null;

  function change(act: () => void) {
    act();
    setFold(null);
    onChange();
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit({ wall, zone, ...(isTwice && fold ? { fold: fold === "1" ? 1 : 0 } : {}) });
      }}
    >
      <Stack gap="md">
        <p style={{ margin: 0 }} className="quiet">
          {lead}
        </p>
        <div className={classes.when}>
          <TextInput
            label={label}
            type="datetime-local"
            value={wall}
            error={errors[field]}
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
        <FormError error={isAtField(error, field) ? null : error} />
        <Group gap="xs">
          <Button type="submit" loading={isPending}>
            {action}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {ui("cancel")}
          </Button>
          {more}
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

function isAtField(error: Error | null, shown: string): boolean {
  return (
    error instanceof ProblemError &&
    error.problem.errors.length > 0 &&
    error.problem.errors.every(({ field }) => field === shown || field === "zone")
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
