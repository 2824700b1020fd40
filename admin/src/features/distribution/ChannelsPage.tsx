import { Button, Menu, Modal, Stack, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconDots, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Adapter, Channel } from "@/api/types";
import { useList } from "@/api/useList";
import { formatDateTime } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import { ChannelForm } from "./ChannelForm";
import classes from "./ChannelsPage.module.css";
import { t } from "./strings";

export function ChannelsPage() {
  const channels = useList(queries.channels());
  const adapters = useQuery(queries.adapters());
  const mayConfigure = useMay("configure");
  const [connecting, setConnecting] = useState(false);
  const [editing, setEditing] = useState<Channel | null>(null);
  const adapterOf = (id: string) => adapters.data?.items.find((adapter) => adapter.id === id);
  const editingAdapter = editing ? adapterOf(editing.adapter) : undefined;
  const connectButton = mayConfigure && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setConnecting(true)}>
      {t("connect")}
    </Button>
  );

  return (
    <Page title={t("channels")} lead={t("channelsLead")} actions={(!channels.isSuccess || channels.items.length > 0) && connectButton}>
      {channels.isPending && <Rows count={3} />}
      {channels.isError && <ErrorState error={channels.error} onRetry={channels.refetch} />}
      {channels.isSuccess && channels.items.length === 0 && <EmptyState action={connectButton}>{t("noChannels")}</EmptyState>}
      {channels.items.length > 0 && (
        <RecordTable
          label={t("channels")}
          rows={channels.items}
          keyOf={(channel) => channel.id}
          columns={[
            { head: t("name"), cell: (channel) => channel.name },
            { head: t("kind"), cell: (channel) => adapterOf(channel.adapter)?.title ?? channel.adapter },
            { head: t("state"), cell: (channel) => <State channel={channel} /> },
            { head: t("account"), cell: (channel) => <Account channel={channel} /> },
          ]}
          actions={
            mayConfigure ? (channel) => <Actions channel={channel} onEdit={() => setEditing(channel)} /> : undefined
          }
        />
      )}
      <MoreButton list={channels} />
      <Modal opened={connecting} onClose={() => setConnecting(false)} title={t("connectTitle")}>
        <Connect adapters={adapters.data?.items} error={adapters.error} onDone={() => setConnecting(false)} />
      </Modal>
      <Modal
        opened={editing !== null && editingAdapter !== undefined}
        onClose={() => setEditing(null)}
        title={t("editTitle", { name: editing?.name ?? "" })}
      >
        {editing && editingAdapter && (
          <ChannelForm adapter={editingAdapter} channel={editing} onDone={() => setEditing(null)} />
        )}
      </Modal>
    </Page>
  );
}

function State({ channel }: { channel: Channel }) {
  return (
    <>
      <Status state={channel.state} />
      {channel.reason && <span className={classes.reason}>{channel.reason}</span>}
    </>
  );
}

function Account({ channel }: { channel: Channel }) {
  return (
    <>
      {channel.account?.url ? (
        <a href={channel.account.url} target="_blank" rel="noreferrer">
          {channel.account.handle}
        </a>
      ) : (
        (channel.account?.handle ?? "–")
      )}
      <span className={classes.reason}>
        {t("verified")}: {channel.verified_at ? formatDateTime(channel.verified_at) : t("never")}
      </span>
    </>
  );
}

function Actions({ channel, onEdit }: { channel: Channel; onEdit: () => void }) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ["channels"] });
  const say = (error: Error) => notifications.show({ message: messageOf(error), color: "vermilion" });
  const verify = useMutation({
    mutationFn: () => api.verifyChannel(channel.id),
    onSuccess: (checked) => {
      const account = checked.account?.handle;
      notifications.show({ message: account ? t("verifyDone", { account }) : t("verifyDonePlain"), color: "moss" });
    },
    onError: say,
    onSettled: refresh,
  });
  const setState = useMutation({
    mutationFn: (state: "active" | "paused") => api.patchChannel(channel.id, { version: channel.version, state }),
    onError: say,
    onSettled: refresh,
  });

  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <IconButton
          label={t("actions", { name: channel.name })}
          icon={IconDots}
          loading={verify.isPending || setState.isPending}
        />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => verify.mutate()}>{t("verify")}</Menu.Item>
        <Menu.Item onClick={onEdit}>{t("edit")}</Menu.Item>
        <Menu.Item onClick={() => setState.mutate(channel.state === "active" ? "paused" : "active")}>
          {channel.state === "active" ? t("pause") : t("resume")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Connect({ adapters, error, onDone }: { adapters?: Adapter[]; error: Error | null; onDone: () => void }) {
  const [chosen, setChosen] = useState<Adapter | null>(null);
  if (error) return <ErrorState error={error} />;
  if (!adapters) return <Rows count={3} />;
  if (chosen) {
    return (
      <Stack gap="md">
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconArrowLeft size={14} />}
            onClick={() => setChosen(null)}
          >
            {t("pickKind")}
          </Button>
        </div>
        <ChannelForm adapter={chosen} channel={null} onDone={onDone} />
      </Stack>
    );
  }
  return (
    <>
      <p style={{ marginTop: 0 }}>{t("pickKind")}</p>
      <ul className={classes.kinds}>
        {adapters.map((adapter) => (
          <li key={adapter.id}>
            {adapter.available ? (
              <UnstyledButton className={classes.kind} onClick={() => setChosen(adapter)}>
                {adapter.title}
              </UnstyledButton>
            ) : (
              <div className={classes.unavailable}>
                <strong>{adapter.title || adapter.id}</strong>
                <span>{t("unavailable", { reason: adapter.reason ?? "?" })}</span>
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
