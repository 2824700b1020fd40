import { AccountMenu } from "@/app/AccountMenu";
import { ThemeMenu } from "@/app/ThemeMenu";

/** The menus of the top line: in a chunk of their own, for nothing on the first screen waits for them. */
export function ShellMenus() {
  return (
    <>
      <ThemeMenu />
      <AccountMenu />
    </>
  );
}
