import { Menu, UnstyledButton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { api } from "@/api/client";
import { forgetSession, useSignedIn } from "@/api/session";
import { queryClient } from "@/app/queryClient";
import { t } from "@/app/strings";

import classes from "./Shell.module.css";

export function AccountMenu() {
  const { user } = useSignedIn();
  const navigate = useNavigate();

  async function signOut() {
    await api.signOut();
    forgetSession();
    queryClient.clear();
    await navigate({ to: "/login", search: {} });
  }

  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <span aria-hidden>{initials(user.name)}</span>
          <span className="visually-hidden">{`${t("account")}: ${user.name}`}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>{user.name}</strong>
          <span>{user.email}</span>
        </div>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t("signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
