import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Organisation, Rezoning, RezoningChoice, RezoningItem, RezoningKeep } from "@/api/types";
import { formatMoment, formatWall } from "@/ui/format";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import { t } from "./strings";

const MOST_SHOWN = 50;

interface RezoningDialogProps {
  zone: string;
  onDone: (organisation: Organisation) => void;
  onClose: () => void;
}

/** What is scheduled in the organisation's zone, and what is to stay of it in another: moments or clock times. */
export function RezoningDialog({ zone, onDone, onClose }: RezoningDialogProps) {
  const survey = useQuery(queries.rezoning(zone));
  return (
    <Modal opened onClose={onClose} title={t("rezoneTitle", { zone })} size="lg">
      {survey.isPending && <Rows count={3} />}
      {survey.isError && <ErrorState error={survey.error} onRetry={() => void survey.refetch()} />}
      {survey.isSuccess && <Decision survey={survey.data} onDone={onDone} onClose={onClose} />}
    </Modal>
  );
}

function Decision({ survey, onDone, onClose }: Omit<RezoningDialogProps, "zone"> & { survey: Rezoning }) {
  const { zone, zone_before, version, digest, items } = survey;
  const client = useQueryClient();
  const [keep, setKeep] = useState<RezoningKeep | null>(null);
  const [choices, setChoices] = useState<Record<string, RezoningChoice>>({});
  const asked = keep === "wall_times" ? items.filter((item) => item.kept_wall_time.question) : [];
  const plain = items.filter((item) => !asked.includes(item));
  const move = useMutation({
    mutationFn: (kept: RezoningKeep) => {
      const answers = asked.flatMap(({ id }) => (choices[id] === undefined ? [] : [[id, choices[id]] as const]));
      return api.rezone({ zone, version, keep: kept, digest, choices: Object.fromEntries(answers) });
    },
    onSuccess: async ({ organisation }) => {
      await client.invalidateQueries({ queryKey: ["pieces"] });
      onDone(organisation);
    },
    onError: (error) => {
      // Somebody scheduled something, or its hour has come: show what is there now.
      if (error instanceof ProblemError) void client.invalidateQueries({ queryKey: ["rezoning"] });
    },
  });
  const isAnswered = keep !== null && asked.every(({ id }) => choices[id] !== undefined);

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (keep) move.mutate(keep);
      }}
    >
      <Stack gap="md">
        <Radio.Group
          label={t("rezoneLead", { count: String(items.length), zone: zone_before })}
          value={keep}
          onChange={(value) => setKeep(value === "instants" ? "instants" : "wall_times")}
        >
          <Stack gap="xs" mt={8}>
            <Radio value="instants" label={t("keepMoments")} description={t("keepMomentsHint", { zone })} />
            <Radio value="wall_times" label={t("keepClockTimes")} description={t("keepClockTimesHint", { zone })} />
          </Stack>
        </Radio.Group>
        {asked.map((item) => (
          <Question
            key={item.id}
            item={item}
            zone={zone}
            value={choices[item.id]}
            onChange={(choice) => setChoices({ ...choices, [item.id]: choice })}
          />
        ))}
        <Ledger label={t("rezoneItems")}>
          {plain.slice(0, MOST_SHOWN).map((item) => (
            <LedgerLine key={item.id} name={item.title} note={<Way item={item} keep={keep} survey={survey} />} />
          ))}
        </Ledger>
        {plain.length > MOST_SHOWN && (
          <p style={{ margin: 0 }} className="quiet">
            {t("rezoneMore", { count: String(plain.length - MOST_SHOWN) })}
          </p>
        )}
        <FormError error={move.error} />
        <Group gap="xs">
          <Button type="submit" loading={move.isPending} disabled={!isAnswered}>
            {t("rezoneDo")}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {ui("cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What happens then, when it does now, and when it will. */
function Way({ item, keep, survey }: { item: RezoningItem; keep: RezoningKeep | null; survey: Rezoning }) {
  const before = t("rezoneStands", { what: deed(item), moment: formatMoment(item.instant, survey.zone_before) });
  const after = keep === "wall_times" ? item.kept_wall_time.instant : item.instant;
  return (
    <>
      {before}
      {keep && after && <> {t("rezoneBecomes", { moment: formatMoment(after, survey.zone) })}</>}
    </>
  );
}

interface QuestionProps {
  item: RezoningItem;
  zone: string;
  value: RezoningChoice | undefined;
  onChange: (choice: RezoningChoice) => void;
}

function Question({ item, zone, value, onChange }: QuestionProps) {
  const { question, options } = item.kept_wall_time;
  const why = { gap: t("rezoneGap"), overlap: t("rezoneOverlap"), past: t("rezonePast") };
  return (
    <Radio.Group
      label={item.title}
      description={`${deed(item)}, ${formatWall(item.wall_time)}. ${question ? why[question] : ""}`}
      value={value === undefined ? null : String(value)}
      onChange={(text) => onChange(text === "instant" ? "instant" : text === "1" ? 1 : 0)}
    >
      <Stack gap={4} mt={4}>
        {options.map(({ choice, instant }) => (
          <Radio
            key={String(choice)}
            value={String(choice)}
            label={
              choice === "instant"
                ? t("rezoneKeepMoment", { moment: formatMoment(instant, zone) })
                : question === "past"
                  ? t("rezoneAtOnce")
                  : formatMoment(instant, zone)
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function deed({ kind, channel }: RezoningItem): string {
  if (kind === "delivery") return t("deedDelivery", { channel: channel ?? "" });
  return { publish: t("deedPublish"), unpublish: t("deedUnpublish"), edit: t("deedEdit") }[kind];
}
