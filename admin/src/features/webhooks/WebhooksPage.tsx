import { Button, Modal } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "@/api/queries";
import type { Webhook } from "@/api/types";
import { useList } from "@/api/useList";
import { formatDateTime } from "@/ui/format";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import { ALL } from "./events";
import { stateOf } from "./state";
import { t } from "./strings";
import { WebhookForm } from "./WebhookForm";
import classes from "./Webhooks.module.css";

export function WebhooksPage() {
  const webhooks = useList(queries.webhooks());
  const [isMaking, setMaking] = useState(false);
  const makeButton = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      {t("make")}
    </Button>
  );
  return (
    <Page title={t("webhooks")} lead={t("lead")} actions={webhooks.items.length > 0 && makeButton}>
      {webhooks.isPending && <Rows count={3} />}
      {webhooks.isError && <ErrorState error={webhooks.error} onRetry={webhooks.refetch} />}
      {webhooks.isSuccess && webhooks.items.length === 0 && <EmptyState action={makeButton}>{t("none")}</EmptyState>}
      {webhooks.items.length > 0 && (
        <Ledger label={t("webhooks")}>
          {webhooks.items.map((webhook) => (
            <WebhookLine key={webhook.id} webhook={webhook} />
          ))}
        </Ledger>
      )}
      <MoreButton list={webhooks} />
      <Modal opened={isMaking} onClose={() => setMaking(false)} title={t("make")} size="lg">
        <WebhookForm webhook={null} onDone={() => setMaking(false)} />
      </Modal>
    </Page>
  );
}

function WebhookLine({ webhook }: { webhook: Webhook }) {
  const events = webhook.events.includes(ALL) ? t("everything") : t("eventCount", { count: webhook.events.length });
  return (
    <LedgerLine
      name={
        <Link to="/webhooks/$webhookId" params={{ webhookId: String(webhook.id) }} className={classes.link}>
          {webhook.name}
        </Link>
      }
      note={
        <>
          <span className={classes.mono}>{webhook.url}</span> · {events}
        </>
      }
      side={
        <>
          <span>
            {webhook.last_attempt_at
              ? t("lastAttempt", { when: formatDateTime(webhook.last_attempt_at) })
              : t("neverCalled")}
          </span>
          <span className={classes.state}>
            <Status state={stateOf(webhook)} />
          </span>
        </>
      }
    />
  );
}
