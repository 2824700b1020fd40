import { Button, Menu, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { IconButton } from "@/ui/IconButton";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { MoreButton } from "@/ui/MoreButton";
import { EmptyState, ErrorState, Rows } from "@/ui/States";

import { FindBar } from "./FindBar";
import { t } from "./strings";
import type { Finding } from "./useFinding";

interface NamedThingsProps<T> {
  label: string;
  finding: Finding<T>;
  nameOf: (thing: T) => string;
  note: (thing: T) => ReactNode;
  /** Who uses it: words at the end of the line. */
  uses: (thing: T) => ReactNode;
  mayMake: boolean;
  mayChange: boolean;
  words: { make: string; edit: string; empty: string };
  form: (thing: T | null, onClose: () => void) => ReactNode;
  remove: { act: (thing: T) => Promise<unknown>; warning: (thing: T) => string; done: () => unknown };
  /** More entries of its menu. */
  more?: (thing: T) => ReactNode;
}

/** Things that pieces refer to by name: found, made, edited and deleted in one place. */
export function NamedThings<T extends { id: number }>(props: NamedThingsProps<T>) {
  const { label, finding, nameOf, words, mayMake, form, remove } = props;
  const { list, wanted } = finding;
  const [editing, setEditing] = useState<T | "new" | null>(null);
  const [removing, setRemoving] = useState<T | null>(null);
  const removal = useMutation({
    mutationFn: remove.act,
    onSuccess: async (_, thing) => {
      notifications.show({ message: t("removed", { name: nameOf(thing) }), color: "moss" });
      setRemoving(null);
      await remove.done();
    },
  });
  const makeButton = mayMake && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing("new")}>
      {words.make}
    </Button>
  );

  return (
    <>
      {list.isPending && <Rows count={6} height={52} />}
      {list.isError && <ErrorState error={list.error} onRetry={list.refetch} />}
      {list.isSuccess && list.items.length === 0 && !wanted && <EmptyState action={makeButton}>{words.empty}</EmptyState>}
      {(list.items.length > 0 || wanted) && (
        <>
          <FindBar finding={finding} label={t("find")}>
            {makeButton}
          </FindBar>
          {list.isSuccess && list.items.length === 0 && <p className="quiet">{t("noneFound")}</p>}
          <Ledger label={label}>
            {list.items.map((thing) => (
              <Line
                key={thing.id}
                {...props}
                thing={thing}
                onEdit={() => setEditing(thing)}
                onRemove={() => {
                  removal.reset();
                  setRemoving(thing);
                }}
              />
            ))}
          </Ledger>
          <MoreButton list={list} />
        </>
      )}
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing === "new" ? words.make : words.edit}
      >
        {editing && form(editing === "new" ? null : editing, () => setEditing(null))}
      </Modal>
      <ConfirmDialog
        opened={removing !== null}
        title={t("removeTitle", { name: removing ? nameOf(removing) : "" })}
        action={t("removeDo")}
        isPending={removal.isPending}
        error={removal.error}
        onConfirm={() => removing && removal.mutate(removing)}
        onClose={() => setRemoving(null)}
      >
        {removing && remove.warning(removing)}
      </ConfirmDialog>
    </>
  );
}

function Line<T extends { id: number }>({
  thing,
  nameOf,
  note,
  uses,
  mayChange,
  more,
  onEdit,
  onRemove,
}: NamedThingsProps<T> & { thing: T; onEdit: () => void; onRemove: () => void }) {
  return (
    <LedgerLine
      name={nameOf(thing)}
      note={note(thing)}
      side={
        <>
          {uses(thing)}
          {mayChange && (
            <Menu position="bottom-end" width={200}>
              <Menu.Target>
                <IconButton label={t("actions", { name: nameOf(thing) })} icon={IconDots} />
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={onEdit}>{t("editShort")}</Menu.Item>
                {more?.(thing)}
                <Menu.Item onClick={onRemove}>{t("remove")}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </>
      }
    />
  );
}
