import { Button, Menu, Modal, Stack, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconDots, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Deployer, DeployRun, DeployTarget } from "@/api/types";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { formatDateTime, formatNumber, formatSize } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { Section } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import classes from "./DeployTargets.module.css";
import { DeployTargetForm } from "./DeployTargetForm";
import { t } from "./strings";

/** The places that the site is copied to: how each stands, and what can be done about it. */
export function DeployTargets() {
  const targets = useQuery(queries.deployTargets());
  const deployers = useQuery(queries.deployers());
  const mayConfigure = useMay("configure");
  const [isAdding, setAdding] = useState(false);
  const addButton = mayConfigure && (
    <Button variant="outline" color="ink" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      {t("addTarget")}
    </Button>
  );
  return (
    <Section title={t("targets")} lead={t("targetsLead")}>
      {targets.isPending && <Rows count={2} />}
      {targets.isError && <ErrorState error={targets.error} onRetry={() => void targets.refetch()} />}
      {targets.data?.items.length === 0 && <EmptyState action={addButton}>{t("noTargets")}</EmptyState>}
      {targets.data && targets.data.items.length > 0 && (
        <Stack gap="md" align="flex-start">
          <Ledger label={t("targets")}>
            {targets.data.items.map((target) => (
              <TargetLine
                key={target.id}
                target={target}
                deployer={deployers.data?.items.find((one) => one.id === target.deployer)}
              />
            ))}
          </Ledger>
          {addButton}
        </Stack>
      )}
      <Modal opened={isAdding} onClose={() => setAdding(false)} title={t("addTargetTitle")}>
        <Adding deployers={deployers.data?.items} error={deployers.error} onDone={() => setAdding(false)} />
      </Modal>
    </Section>
  );
}

/** How a target stands, in one of the words that the product has for it. */
function stateOf(target: DeployTarget): string {
  const run = target.last_run;
  if (run && run.state !== "done") return run.state;
  if (!target.is_active) return "paused";
  return target.is_current ? "done" : "waiting";
}

function TargetLine({ target, deployer }: { target: DeployTarget; deployer: Deployer | undefined }) {
  const client = useQueryClient();
  const mayDeploy = useMay("review");
  const mayConfigure = useMay("configure");
  const [dialog, setDialog] = useState<"edit" | "remove" | "runs" | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ["deploy-targets"] });
  const onError = (error: Error) => notifications.show({ message: messageOf(error), color: "vermilion" });
  const deploy = useMutation({
    mutationFn: (full: boolean) => api.deploySite(target.id, full),
    onSuccess: () => notifications.show({ message: t("asked"), color: "moss" }),
    onError,
    onSettled: refresh,
  });
  const turn = useMutation({
    mutationFn: (isActive: boolean) =>
      api.patchDeployTarget(target.id, { version: target.version, is_active: isActive }),
    onError,
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => api.deleteDeployTarget(target.id),
    onSuccess: () => setDialog(null),
    onSettled: refresh,
  });
  const run = target.last_run;
  return (
    <>
      <LedgerLine
        name={target.name}
        note={
          <>
            {deployer?.title ?? target.deployer} ·{" "}
            {target.deployed_at ? t("deployedAt", { when: formatDateTime(target.deployed_at) }) : t("neverDeployed")}
            {run && <span className={classes.run}>{wordsOf(run)}</span>}
            {run?.error && (
              <span className={classes.error} role="alert">
                {run.error}
                {target.not_before && ` · ${t("nextTry", { when: formatDateTime(target.not_before) })}`}
              </span>
            )}
          </>
        }
        side={
          <>
            <Status state={stateOf(target)} />
            <Menu position="bottom-end" width={250}>
              <Menu.Target>
                <IconButton icon={IconDots} label={t("targetActions", { name: target.name })} />
              </Menu.Target>
              <Menu.Dropdown>
                {mayDeploy && <Menu.Item onClick={() => deploy.mutate(false)}>{t("deployNow")}</Menu.Item>}
                {mayDeploy && <Menu.Item onClick={() => deploy.mutate(true)}>{t("compareAll")}</Menu.Item>}
                <Menu.Item onClick={() => setDialog("runs")}>{t("showRuns")}</Menu.Item>
                {mayConfigure && deployer?.available && (
                  <Menu.Item onClick={() => setDialog("edit")}>{t("edit")}</Menu.Item>
                )}
                {mayConfigure && (
                  <Menu.Item onClick={() => turn.mutate(!target.is_active)}>
                    {t(target.is_active ? "turnOff" : "turnOn")}
                  </Menu.Item>
                )}
                {mayConfigure && <Menu.Item onClick={() => setDialog("remove")}>{t("remove")}</Menu.Item>}
              </Menu.Dropdown>
            </Menu>
          </>
        }
      />
      <Modal opened={dialog === "edit"} onClose={() => setDialog(null)} title={t("editTarget", { name: target.name })}>
        {deployer && <DeployTargetForm deployer={deployer} target={target} onDone={() => setDialog(null)} />}
      </Modal>
      <Modal opened={dialog === "runs"} onClose={() => setDialog(null)} title={t("runsOf", { name: target.name })}>
        {dialog === "runs" && <Runs target={target} />}
      </Modal>
      <ConfirmDialog
        opened={dialog === "remove"}
        title={t("removeTitle", { name: target.name })}
        action={t("remove")}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setDialog(null)}
      >
        {t("removeText")}
      </ConfirmDialog>
    </>
  );
}

function wordsOf(run: DeployRun): string {
  if (run.state === "waiting") return t("asked");
  if (run.state === "running") {
    const done = run.put + run.same + run.deleted;
    return t("runProgress", { done: formatNumber(done), total: formatNumber(run.to_put + run.to_delete) });
  }
  return t("runCounts", {
    put: formatNumber(run.put),
    same: formatNumber(run.same),
    deleted: formatNumber(run.deleted),
    size: formatSize(run.size_bytes),
  });
}

const REASONS = { build: "byBuild", hand: "byHand", command: "byCommand" } as const;

function Runs({ target }: { target: DeployTarget }) {
  const runs = useQuery(queries.deployRuns(target.id));
  if (runs.isPending) return <Rows count={3} />;
  if (runs.isError) return <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />;
  if (runs.data.items.length === 0) return <p>{t("noRuns")}</p>;
  return (
    <Ledger label={t("runsOf", { name: target.name })}>
      {runs.data.items.map((run) => (
        <LedgerLine
          key={run.id}
          name={formatDateTime(run.started_at ?? run.created_at)}
          note={
            <>
              {t(REASONS[run.reason])}
              {run.is_full && `, ${t("fullRun")}`} · {wordsOf(run)}
              {run.error && <span className={classes.error}>{run.error}</span>}
            </>
          }
          side={<Status state={run.state} />}
        />
      ))}
    </Ledger>
  );
}

/** First which kind of place, then its settings. */
function Adding({
  deployers,
  error,
  onDone,
}: {
  deployers: Deployer[] | undefined;
  error: Error | null;
  onDone: () => void;
}) {
  const [chosen, setChosen] = useState<Deployer | null>(null);
  if (error) return <ErrorState error={error} />;
  if (!deployers) return <Rows count={2} />;
  if (deployers.length === 0) return <p>{t("noDeployers")}</p>;
  if (chosen) {
    return (
      <Stack gap="md">
        <Button
          variant="subtle"
          className={classes.back}
          leftSection={<IconArrowLeft size={16} />}
          onClick={() => setChosen(null)}
        >
          {chosen.title}
        </Button>
        <DeployTargetForm deployer={chosen} target={null} onDone={onDone} />
      </Stack>
    );
  }
  return (
    <Ledger label={t("addTargetTitle")}>
      {deployers.map((deployer) => (
        <LedgerLine
          key={deployer.id}
          name={
            deployer.available ? (
              <UnstyledButton className={classes.kind} onClick={() => setChosen(deployer)}>
                {deployer.title}
              </UnstyledButton>
            ) : (
              deployer.title
            )
          }
          note={
            deployer.available
              ? t(deployer.atomic ? "atomicKind" : "gradualKind")
              : t("unavailable", { reason: deployer.reason ?? "" })
          }
        />
      ))}
    </Ledger>
  );
}
