import { Button, SegmentedControl, Select, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import type { WebhookAttempt, WebhookDelivery } from "@/api/types";
import { useList } from "@/api/useList";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { formatDateTime } from "@/ui/format";
import { MoreButton } from "@/ui/MoreButton";
import { Section } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import { t } from "./strings";
import classes from "./Webhooks.module.css";

const DAY_MS = 86_400_000;

/** What a webhook was sent, with every attempt; it follows by itself while it is looked at. */
export function DeliveryLog({ webhookId }: { webhookId: number }) {
  const [state, setState] = useState("");
  const log = useList(queries.webhookDeliveries(webhookId, state || undefined));
  return (
    <Section title={t("log")} lead={t("logLead")} actions={<ReplayFailed webhookId={webhookId} />}>
      <SegmentedControl
        aria-label={t("filter")}
        className={classes.filter}
        value={state}
        onChange={setState}
        data={[
          { value: "", label: t("stateAll") },
          { value: "pending", label: t("statePending") },
          { value: "failed", label: t("stateFailed") },
          { value: "delivered", label: t("stateDelivered") },
        ]}
      />
      {log.isPending && <Rows />}
      {log.isError && <ErrorState error={log.error} onRetry={log.refetch} />}
      {log.isSuccess && log.items.length === 0 && <EmptyState>{state ? t("noneOfState") : t("noDeliveries")}</EmptyState>}
      {log.items.length > 0 && (
        <ul className={classes.log} aria-label={t("log")}>
          {log.items.map((delivery) => (
            <Delivery key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
      <MoreButton list={log} />
    </Section>
  );
}

function Delivery({ delivery }: { delivery: WebhookDelivery }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const client = useQueryClient();
  const last = delivery.attempts.at(-1);
  const replay = useMutation({
    mutationFn: () => api.replayWebhookDelivery(delivery.webhook_id, delivery.id),
    onSuccess: () => notifications.show({ message: t("replayed"), color: "moss" }),
    onError: (error) => notifications.show({ message: messageOf(error), color: "vermilion" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["webhook", delivery.webhook_id, "deliveries"] }),
  });
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <li className={classes.delivery}>
      <div className={classes.deliveryLine}>
        <UnstyledButton
          className={classes.toggle}
          onClick={toggle}
          aria-expanded={isOpen}
          aria-label={t("details", { type: delivery.type })}
        >
          <Chevron size={15} aria-hidden />
          <span className={classes.mono}>{delivery.type}</span>
        </UnstyledButton>
        <time className={classes.quiet} dateTime={delivery.created_at}>
          {formatDateTime(delivery.created_at)}
        </time>
        <Status state={delivery.state} />
        <span className={classes.outcome}>{last ? outcomeOf(last) : ""}</span>
        {delivery.state !== "pending" && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={replay.isPending}
            onClick={() => replay.mutate()}
            aria-label={t("replayOf", { type: delivery.type })}
          >
            {t("replay")}
          </Button>
        )}
      </div>
      {delivery.next_try_at && delivery.tries > 0 && (
        <p className={classes.quiet}>
          {t("tries", { count: delivery.tries })}, {t("nextTry", { when: formatDateTime(delivery.next_try_at) })}
        </p>
      )}
      {isOpen && <Details delivery={delivery} />}
    </li>
  );
}

function Details({ delivery }: { delivery: WebhookDelivery }) {
  const whole = useQuery(queries.webhookBody(delivery.webhook_id, delivery.id));
  return (
    <div className={classes.details}>
      <section>
        <h3>{t("attempts")}</h3>
        {delivery.attempts.length === 0 && <p className={classes.quiet}>{t("noAttempts")}</p>}
        <ol className={classes.attempts}>
          {delivery.attempts.map((attempt) => (
            <li key={attempt.started_at}>
              <time dateTime={attempt.started_at}>{formatDateTime(attempt.started_at)}</time>
              <span>{outcomeOf(attempt)}</span>
              <span>{t("ms", { ms: attempt.duration_ms })}</span>
              {attempt.error && <span className={classes.failure}>{attempt.error}</span>}
              {attempt.response && (
                <pre className={classes.code} tabIndex={0} aria-label={t("answered")}>
                  {attempt.response}
                </pre>
              )}
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h3>{t("id")}</h3>
        <span className={classes.mono}>{delivery.event_id}</span>
      </section>
      <section>
        <h3>{t("message")}</h3>
        {whole.isPending && <Rows count={2} />}
        {whole.isError && <ErrorState error={whole.error} onRetry={() => void whole.refetch()} />}
        {whole.data && (
          <pre className={classes.code} tabIndex={0} aria-label={t("message")}>
            {indented(whole.data.body)}
          </pre>
        )}
      </section>
    </div>
  );
}

function ReplayFailed({ webhookId }: { webhookId: number }) {
  const [isAsking, ask] = useDisclosure(false);
  const [days, setDays] = useState("3");
  const client = useQueryClient();
  const replay = useMutation({
    mutationFn: () =>
      api.replayWebhookFailures(webhookId, { from: new Date(Date.now() - Number(days) * DAY_MS).toISOString() }),
    onSuccess: async ({ queued }) => {
      notifications.show({ message: t("replayQueued", { count: queued }), color: "moss" });
      ask.close();
      await client.invalidateQueries({ queryKey: ["webhook", webhookId, "deliveries"] });
    },
  });
  return (
    <>
      <Button variant="outline" color="ink" size="xs" onClick={ask.open}>
        {t("replayFailed")}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        title={t("replayFailedTitle")}
        action={t("replayDo")}
        isPending={replay.isPending}
        error={replay.error}
        onConfirm={() => replay.mutate()}
        onClose={ask.close}
      >
        <p style={{ marginBlockStart: 0 }}>{t("replayFailedLead")}</p>
        <Select
          label={t("replayFrom")}
          value={days}
          onChange={(chosen) => setDays(chosen ?? "3")}
          allowDeselect={false}
          data={[
            { value: "1", label: t("replayDay") },
            { value: "3", label: t("replayThree") },
            { value: "30", label: t("replayMonth") },
          ]}
        />
      </ConfirmDialog>
    </>
  );
}

function outcomeOf(attempt: WebhookAttempt): string {
  return attempt.status ? t("status", { status: attempt.status }) : t("noAnswer");
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
