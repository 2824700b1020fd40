import { Button, Menu, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconArrowLeft, IconDots, IconSend } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Webhook } from "@/api/types";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { formatDateTime } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Page } from "@/ui/Page";
import { ErrorState, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import { DeliveryLog } from "./DeliveryLog";
import { ALL } from "./events";
import { SecretForm } from "./SecretForm";
import { stateOf } from "./state";
import { t } from "./strings";
import { WebhookForm } from "./WebhookForm";
import classes from "./Webhooks.module.css";

const route = getRouteApi("/shell/webhooks/$webhookId");

export function WebhookPage() {
  const id = Number(route.useParams().webhookId);
  const webhook = useQuery(queries.webhook(id));
  return (
    <Page
      title={webhook.data?.name ?? t("webhooks")}
      lead={
        <Link to="/webhooks" className={classes.back}>
          <IconArrowLeft size={14} aria-hidden /> {t("back")}
        </Link>
      }
      actions={webhook.data && <Actions webhook={webhook.data} />}
    >
      {webhook.isPending && <Rows />}
      {webhook.isError && <ErrorState error={webhook.error} onRetry={() => void webhook.refetch()} />}
      {webhook.data && (
        <>
          <About webhook={webhook.data} />
          <DeliveryLog webhookId={id} />
        </>
      )}
    </Page>
  );
}

function About({ webhook }: { webhook: Webhook }) {
  return (
    <>
      {webhook.disabled_reason && (
        <div className={classes.notice} role="status">
          <IconAlertTriangle size={18} stroke={1.75} aria-hidden />
          <div>
            <strong>{t("disabledTitle")}</strong>{" "}
            {t("disabledLead", { reason: webhook.disabled_reason.replace(/\.$/, "") })}
          </div>
        </div>
      )}
      <dl className={classes.about}>
        <dt>{t("url")}</dt>
        <dd className={classes.mono}>{webhook.url}</dd>
        <dt>{t("events")}</dt>
        <dd>
          {webhook.events.includes(ALL) ? (
            t("eventsAll")
          ) : (
            <span className={classes.mono}>{webhook.events.join(", ")}</span>
          )}
        </dd>
        <dt>{t("state")}</dt>
        <dd>
          <Status state={stateOf(webhook)} />
          {webhook.failures > 0 && webhook.failing_since && (
            <p className={classes.quiet}>
              {t("failing", { count: webhook.failures, since: formatDateTime(webhook.failing_since) })}
            </p>
          )}
          {webhook.previous_secret_until && new Date(webhook.previous_secret_until) > new Date() && (
            <p className={classes.quiet}>
              {t("secretKept", { when: formatDateTime(webhook.previous_secret_until) })}
            </p>
          )}
        </dd>
      </dl>
    </>
  );
}

function Actions({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const navigate = route.useNavigate();
  const [isEditing, edit] = useDisclosure(false);
  const [isRenewing, renew] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ["webhook", webhook.id] });
    await client.invalidateQueries({ queryKey: ["webhooks"] });
  };
  const say = (error: Error) => notifications.show({ message: messageOf(error), color: "vermilion" });
  const ping = useMutation({ mutationFn: () => api.pingWebhook(webhook.id), onSuccess: sayAnswer, onError: say, onSettled: refresh });
  const setActive = useMutation({
    mutationFn: (isActive: boolean) => api.patchWebhook(webhook.id, { version: webhook.version, is_active: isActive }),
    onError: say,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => api.deleteWebhook(webhook.id),
    onSuccess: async () => {
      notifications.show({ message: t("removed"), color: "moss" });
      await navigate({ to: "/webhooks" });
      client.removeQueries({ queryKey: ["webhook", webhook.id] });
      await client.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  return (
    <>
      <Button leftSection={<IconSend size={15} />} loading={ping.isPending} onClick={() => ping.mutate()}>
        {t("test")}
      </Button>
      <Button
        variant="outline"
        color="ink"
        loading={setActive.isPending}
        onClick={() => setActive.mutate(!webhook.is_active)}
      >
        {webhook.is_active ? t("pause") : t("resume")}
      </Button>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <IconButton label={t("actions", { name: webhook.name })} icon={IconDots} />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={edit.open}>{t("edit")}</Menu.Item>
          <Menu.Item onClick={renew.open}>{t("newSecret")}</Menu.Item>
          <Menu.Item color="vermilion" onClick={removing.open}>
            {t("remove")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isEditing} onClose={edit.close} title={webhook.name} size="lg">
        <WebhookForm webhook={webhook} onDone={edit.close} />
      </Modal>
      <Modal opened={isRenewing} onClose={renew.close} title={t("newSecretTitle", { name: webhook.name })}>
        <SecretForm webhook={webhook} onDone={renew.close} />
      </Modal>
      <ConfirmDialog
        opened={isRemoving}
        title={t("removeTitle", { name: webhook.name })}
        action={t("removeDo")}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={removing.close}
      >
        {t("removeLead")}
      </ConfirmDialog>
    </>
  );
}

function sayAnswer(delivery: Awaited<ReturnType<typeof api.pingWebhook>>) {
  const last = delivery.attempts.at(-1);
  const isGood = delivery.state === "delivered";
  const reason = last?.error || (last?.status ? t("status", { status: last.status }) : t("noAnswer"));
  notifications.show({
    message: isGood
      ? t("pingDone", { status: last?.status ?? "", ms: last?.duration_ms ?? 0 })
      : t("pingFailed", { reason }),
    color: isGood ? "moss" : "vermilion",
  });
}
