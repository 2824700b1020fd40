import { Button, Menu, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay, useSignedIn } from "@/api/session";
import type { InvitationMade, Role, User } from "@/api/types";
import { formatDate, formatDateTime } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { OneTimeSecret } from "@/ui/OneTimeSecret";
import { RecordTable } from "@/ui/RecordTable";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { roleWord, t } from "./strings";

const ROLES: Role[] = ["owner", "editor", "writer", "marketer"];

export function PeoplePage() {
  const users = useQuery(queries.users());
  const mayManage = useMay("manage_users");
  const [inviting, invite] = useDisclosure(false);
  return (
    <>
      {mayManage && (
        <Button mb="md" leftSection={<IconPlus size={16} />} onClick={invite.open}>
          {t("invite")}
        </Button>
      )}
      {users.isPending && <Rows count={3} />}
      {users.isError && <ErrorState error={users.error} onRetry={() => void users.refetch()} />}
      {users.data && <UserTable users={users.data.items} mayManage={mayManage} />}
      <Modal opened={inviting} onClose={invite.close} title={t("inviteTitle")}>
        <InviteForm onClose={invite.close} />
      </Modal>
    </>
  );
}

function UserTable({ users, mayManage }: { users: User[]; mayManage: boolean }) {
  return (
    <RecordTable
      label={t("people")}
      rows={users}
      keyOf={(user) => user.id}
      columns={[
        { head: t("name"), cell: (user) => <NameOf user={user} /> },
        { head: t("email"), cell: (user) => user.email },
        { head: t("role"), cell: (user) => (user.is_active ? roleWord(user.role) : t("inactive")) },
        { head: t("lastSeen"), cell: (user) => (user.last_seen_at ? formatDateTime(user.last_seen_at) : t("never")) },
      ]}
      actions={mayManage ? (user) => <Actions user={user} /> : undefined}
    />
  );
}

function NameOf({ user }: { user: User }) {
  const me = useSignedIn().user.id === user.id;
  return (
    <>
      {user.name} {me && <span className="quiet">({t("you")})</span>}
    </>
  );
}

function Actions({ user }: { user: User }) {
  const me = useSignedIn().user.id === user.id;
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (patch: Partial<Pick<User, "role" | "is_active">>) => api.patchUser(user.id, patch),
    onSuccess: () => client.invalidateQueries({ queryKey: ["users"] }),
    onError: (error) => notifications.show({ message: messageOf(error), color: "vermilion" }),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <IconButton label={t("userActions", { name: user.name })} icon={IconDots} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("role")}</Menu.Label>
        {ROLES.map((role) => (
          <Menu.Item
            key={role}
            role="menuitemradio"
            aria-checked={role === user.role}
            disabled={role === user.role}
            onClick={() => change.mutate({ role })}
          >
            {roleWord(role)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item disabled={me} onClick={() => change.mutate({ is_active: !user.is_active })}>
          {user.is_active ? t("shutOut") : t("letIn")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function InviteForm({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<InvitationMade | null>(null);
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { role: "writer" as Role, email: "" },
    submit: ({ role, email }) => api.invite({ role, email: email.trim() || null }),
    onDone: setMade,
  });
  if (made) {
    return (
      <OneTimeSecret
        lead={t("inviteMade", { date: formatDate(made.expires_at) })}
        label={t("inviteLink")}
        value={made.url}
        done={t("done")}
        onDone={onClose}
      />
    );
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Radio.Group label={t("role")} {...form.getInputProps("role")}>
          <Stack gap="xs" mt="xs">
            {ROLES.map((role) => (
              <Radio key={role} value={role} label={roleWord(role)} description={t(`${role}Hint`)} />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label={t("email")}
          description={t("inviteEmailHint")}
          type="email"
          {...form.getInputProps("email")}
        />
        <FormError error={error} />
        <Button type="submit" loading={isPending}>
          {t("invite")}
        </Button>
      </Stack>
    </form>
  );
}
