import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Redirect } from "@/api/types";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { IconButton } from "@/ui/IconButton";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { MoreButton } from "@/ui/MoreButton";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { FindBar } from "./FindBar";
import classes from "./Organise.module.css";
import { t } from "./strings";
import { useFinding } from "./useFinding";

export function RedirectsPage() {
  const finding = useFinding(queries.redirects);
  const { list: redirects, wanted } = finding;
  const client = useQueryClient();
  const mayReview = useMay("review");
  const [making, setMaking] = useState(false);
  const [removing, setRemoving] = useState<Redirect | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["redirects"] });
  const removal = useMutation({
    mutationFn: (one: Redirect) => api.deleteRedirect(one.id),
    onSuccess: async (_, one) => {
      notifications.show({ message: t("removed", { name: one.from_path }), color: "moss" });
      setRemoving(null);
      await refresh();
    },
  });
  const makeButton = mayReview && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      {t("newRedirect")}
    </Button>
  );
  return (
    <>
      {redirects.isPending && <Rows count={4} height={52} />}
      {redirects.isError && <ErrorState error={redirects.error} onRetry={redirects.refetch} />}
      {redirects.isSuccess && redirects.items.length === 0 && !wanted && (
        <EmptyState action={makeButton}>{t("noRedirects")}</EmptyState>
      )}
      {(redirects.items.length > 0 || wanted) && (
        <>
          <FindBar finding={finding} label={t("findRedirect")}>
            {makeButton}
          </FindBar>
          {redirects.isSuccess && redirects.items.length === 0 && <p className="quiet">{t("noRedirectFound")}</p>}
          <Ledger label={t("redirects")}>
            {redirects.items.map((one) => (
              <LedgerLine
                key={one.id}
                name={<span className={classes.path}>{one.from_path}</span>}
                note={<Target redirect={one} />}
                side={
                  <>
                    {reasonWords(one.reason)}
                    {mayReview && (
                      <IconButton
                        label={t("removeTitle", { name: one.from_path })}
                        icon={IconTrash}
                        onClick={() => {
                          removal.reset();
                          setRemoving(one);
                        }}
                      />
                    )}
                  </>
                }
              />
            ))}
          </Ledger>
          <MoreButton list={redirects} />
        </>
      )}
      <Modal opened={making} onClose={() => setMaking(false)} title={t("newRedirect")}>
        <RedirectForm
          onDone={() => {
            setMaking(false);
            void refresh();
          }}
        />
      </Modal>
      <ConfirmDialog
        opened={removing !== null}
        title={t("removeTitle", { name: removing?.from_path ?? "" })}
        action={t("removeDo")}
        isPending={removal.isPending}
        error={removal.error}
        onConfirm={() => removing && removal.mutate(removing)}
        onClose={() => setRemoving(null)}
      >
        {t("removeRedirect")}
      </ConfirmDialog>
    </>
  );
}

function Target({ redirect }: { redirect: Redirect }) {
  if (redirect.piece_id === null) return <>→ {redirect.to_path}</>;
  return (
    <>
      →{" "}
      <Link to="/pieces/$pieceId" params={{ pieceId: String(redirect.piece_id) }}>
        {t("toPiece", { id: redirect.piece_id })}
      </Link>
    </>
  );
}

function RedirectForm({ onDone }: { onDone: () => void }) {
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { from_path: "", to_path: "" },
    submit: (values) => api.createRedirect(values),
    onDone,
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput label={t("from")} description={t("fromHint")} data-autofocus {...form.getInputProps("from_path")} />
        <TextInput label={t("to")} description={t("toHint")} {...form.getInputProps("to_path")} />
        <FormError error={error} />
        <Group>
          <Button type="submit" loading={isPending}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function reasonWords(reason: string): string {
  if (reason === "imported") return t("imported");
  return reason === "moved" ? t("automatic") : t("byHand");
}
