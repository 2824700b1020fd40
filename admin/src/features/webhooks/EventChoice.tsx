import { Checkbox, Radio, Stack, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { queries } from "@/api/queries";
import { ErrorState, Rows } from "@/ui/States";

import { ALL, groupEvents, withNames, type EventGroup } from "./events";
import { t } from "./strings";
import classes from "./Webhooks.module.css";

interface EventChoiceProps {
  value: string[];
  onChange: (names: string[]) => void;
  error?: ReactNode;
}

/** Everything, or some events of the catalogue, by what they are about. */
export function EventChoice({ value, onChange, error }: EventChoiceProps) {
  const isAll = value.includes(ALL);
  const [kept, setKept] = useState(isAll ? [] : value);
  const choose = (names: string[]) => {
    setKept(names);
    onChange(names);
  };
  return (
    <Stack gap="xs">
      <Radio.Group
        label={t("events")}
        error={error}
        value={isAll ? "all" : "some"}
        onChange={(mode) => onChange(mode === "all" ? [ALL] : kept)}
      >
        <Stack gap="xs" mt="xs" mb={error ? "xs" : 0}>
          <Radio value="all" label={t("eventsAll")} />
          <Radio value="some" label={t("eventsSome")} />
        </Stack>
      </Radio.Group>
      {!isAll && <Chosen value={value} onChange={choose} />}
    </Stack>
  );
}

function Chosen({ value, onChange }: { value: string[]; onChange: (names: string[]) => void }) {
  const events = useQuery(queries.webhookEvents());
  const [words, setWords] = useState("");
  if (events.isPending) return <Rows count={4} />;
  if (events.isError) return <ErrorState error={events.error} onRetry={() => void events.refetch()} />;
  const groups = groupEvents(events.data.items, words);
  return (
    <div className={classes.choice}>
      <div className={classes.choiceHead}>
        <TextInput
          type="search"
          aria-label={t("eventsFilter")}
          placeholder={t("eventsFilter")}
          leftSection={<IconSearch size={15} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <span role="status">{t("chosen", { count: value.length })}</span>
      </div>
      <div className={classes.choiceList}>
        {groups.length === 0 && <p className={classes.quiet}>{t("eventsNone")}</p>}
        {groups.map((group) => (
          <Group key={group.subject} group={group} value={value} onChange={onChange} />
        ))}
      </div>
    </div>
  );
}

function Group({ group, value, onChange }: { group: EventGroup; value: string[]; onChange: (names: string[]) => void }) {
  const names = group.kinds.map((kind) => kind.name);
  const on = names.filter((name) => value.includes(name)).length;
  return (
    <fieldset className={classes.group}>
      <legend>{group.subject}</legend>
      {names.length > 1 && (
        <Checkbox
          size="xs"
          label={t("allOf", { group: group.subject })}
          checked={on === names.length}
          indeterminate={on > 0 && on < names.length}
          onChange={(event) => onChange(withNames(value, names, event.currentTarget.checked))}
        />
      )}
      {group.kinds.map((kind) => (
        <Checkbox
          key={kind.name}
          size="xs"
          label={<span className={classes.mono}>{kind.name}</span>}
          description={kind.about}
          checked={value.includes(kind.name)}
          onChange={(event) => onChange(withNames(value, [kind.name], event.currentTarget.checked))}
        />
      ))}
    </fieldset>
  );
}
