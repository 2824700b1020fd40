import { Button, Menu, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowUpRight, IconChevronDown, IconChevronUp, IconDots } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Attempt, Delivery, Resolution } from "@/api/types";
import { formatDateTime } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import classes from "./DeliveriesPanel.module.css";
import { t } from "./strings";

const CANCELLABLE = new Set(["planned", "retrying", "failed", "held"]);
const RETRYABLE = new Set(["planned", "retrying", "failed", "held"]);

export function DeliveryItem({ delivery, mayDeliver }: { delivery: Delivery; mayDeliver: boolean }) {
  const [open, setOpen] = useState(false);
  const act = useDeliveryAction(delivery);
  const canCancel = mayDeliver && CANCELLABLE.has(delivery.state);
  const canRetry = mayDeliver && RETRYABLE.has(delivery.state);

  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <span className={classes.where}>
          {delivery.remote_url ? (
            <a href={delivery.remote_url} target="_blank" rel="noreferrer">
              {delivery.channel.name} <IconArrowUpRight size={14} stroke={1.5} aria-label={t("open")} />
            </a>
          ) : (
            delivery.channel.name
          )}
        </span>
        <Status state={delivery.state} />
        <span className={classes.when}>{whenOf(delivery)}</span>
        <span style={{ display: "inline-flex", justifyContent: "flex-end" }}>
          <IconButton
            label={`${t("details")}: ${delivery.channel.name}`}
            icon={open ? IconChevronUp : IconChevronDown}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          />
          {(canCancel || canRetry) && (
            <Menu position="bottom-end" width={200}>
              <Menu.Target>
                <IconButton
                  label={`${t("deliveries")}: ${delivery.channel.name}`}
                  icon={IconDots}
                  loading={act.isPending}
                />
              </Menu.Target>
              <Menu.Dropdown>
                {canRetry && (
                  <Menu.Item onClick={() => act.mutate(() => api.retryDelivery(delivery.id))}>{t("retry")}</Menu.Item>
                )}
                {canCancel && (
                  <Menu.Item onClick={() => act.mutate(() => api.cancelDelivery(delivery.id))}>{t("cancel")}</Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          )}
        </span>
      </div>
      {delivery.reason && delivery.state !== "sent" && <p className={classes.reason}>{delivery.reason}</p>}
      {delivery.state === "unknown" && mayDeliver && <Resolve delivery={delivery} />}
      {open && <Details delivery={delivery} />}
    </li>
  );
}

function useDeliveryAction(delivery: Delivery) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (act: () => Promise<Delivery>) => act(),
    onError: (error) => notifications.show({ message: messageOf(error), color: "vermilion" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["piece", delivery.piece_id, "deliveries"] }),
  });
}

/** Only a person can tell what became of it: it is never sent twice on a guess. */
function Resolve({ delivery }: { delivery: Delivery }) {
  const [address, setAddress] = useState("");
  const client = useQueryClient();
  const resolve = useMutation({
    mutationFn: (body: Resolution) => api.resolveDelivery(delivery.id, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ["piece", delivery.piece_id, "deliveries"] }),
  });
  return (
    <div className={classes.resolve}>
      <p>{t("resolveLead")}</p>
      <div className={classes.resolveRow}>
        <TextInput
          label={t("isThereLink")}
          placeholder={t("isThereHint")}
          type="url"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          style={{ flex: "1 1 260px" }}
        />
        <Button
          loading={resolve.isPending}
          onClick={() => resolve.mutate({ outcome: "sent", ...(address.trim() ? { remote_url: address.trim() } : {}) })}
        >
          {t("isThereSave")}
        </Button>
        <Button
          variant="outline"
          color="ink"
          loading={resolve.isPending}
          onClick={() => resolve.mutate({ outcome: "again" })}
        >
          {t("again")}
        </Button>
      </div>
      <FormError error={resolve.error} />
    </div>
  );
}

function Details({ delivery }: { delivery: Delivery }) {
  const full = useQuery(queries.delivery(delivery.id, `${delivery.state} ${delivery.updated_at}`));
  if (full.isPending) return <Rows count={2} />;
  if (full.isError) return <ErrorState error={full.error} onRetry={() => void full.refetch()} />;
  const { text, attempts = [], links = [], key } = full.data;
  return (
    <div className={classes.details}>
      {text && (
        <div>
          <h3>{t("ownText")}</h3>
          <p className={classes.text}>{text}</p>
        </div>
      )}
      <div>
        <h3>{t("attempts")}</h3>
        {attempts.length === 0 ? (
          t("noAttempts")
        ) : (
          <ol className={classes.attempts}>
            {attempts.map((attempt, index) => (
              <AttemptLine key={index} attempt={attempt} />
            ))}
          </ol>
        )}
      </div>
      {links.length > 0 && (
        <div>
          <h3>{t("links")}</h3>
          {links.map((link) => (
            <div key={link.cta_id} className={classes.mono}>
              {link.url}
            </div>
          ))}
        </div>
      )}
      <div>
        <h3>{t("key")}</h3>
        <span className={classes.mono}>{key}</span>
      </div>
    </div>
  );
}

function AttemptLine({ attempt }: { attempt: Attempt }) {
  const phases = ["prepare", "publish", "reconcile", "poll"] as const;
  const phase = phases.find((one) => one === attempt.phase);
  return (
    <li>
      <time dateTime={attempt.started_at}>{formatDateTime(attempt.started_at)}</time>
      <span>{phase ? t(phase) : attempt.phase}</span>
      <strong>{attempt.outcome?.replaceAll("_", " ") ?? t("running")}</strong>
      {attempt.status !== null && <span className="quiet">{t("httpStatus", { status: String(attempt.status) })}</span>}
      {attempt.detail && <span>{attempt.detail}</span>}
    </li>
  );
}

function whenOf(delivery: Delivery): string {
  const zone = delivery.zone ?? undefined;
  if (delivery.sent_at) return t("sentAt", { when: formatDateTime(delivery.sent_at, zone) });
  if (delivery.state === "retrying" && delivery.next_try_at) {
    return t("nextTry", { when: formatDateTime(delivery.next_try_at, zone) });
  }
  if (delivery.state === "cancelled") return formatDateTime(delivery.updated_at, zone);
  return delivery.due_at ? t("dueAt", { when: formatDateTime(delivery.due_at, zone) }) : t("waitsForPiece");
}
