import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowUpRight, IconCircleCheck, IconClockHour4, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { BuildProblem, BuildReport, SiteStatus } from "@/api/types";
import { formatDateTime, formatNumber } from "@/ui/format";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { Page, Section } from "@/ui/Page";
import { ErrorState, FormError, Rows } from "@/ui/States";

import { DeployTargets } from "./DeployTargets";
import classes from "./SitePage.module.css";
import { t } from "./strings";

/** How the generated site stands, what could not be built, and building it by hand. */
export function SitePage() {
  const site = useQuery(queries.site());
  const theme = useQuery(queries.theme());
  const client = useQueryClient();
  const mayBuild = useMay("review");
  const build = useMutation({
    mutationFn: (full: boolean) => api.buildSite(full),
    onSuccess: ({ written, unchanged }) =>
      notifications.show({ message: t("built", { written, unchanged }), color: "moss" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["site"] }),
  });
  const report = site.data?.last_build;
  return (
    <Page
      title={t("site")}
      lead={t("siteLead")}
      actions={
        <>
          <Button
            component="a"
            href="/"
            target="_blank"
            rel="noreferrer"
            variant="subtle"
            rightSection={<IconArrowUpRight size={16} />}
          >
            {t("visit")}
          </Button>
          <Button component={Link} to="/site/theme" variant="subtle">
            {t("theme")}
          </Button>
          {mayBuild && (
            <Button
              leftSection={<IconRefresh size={16} />}
              loading={build.isPending && build.variables === false}
              onClick={() => build.mutate(false)}
            >
              {t("buildNow")}
            </Button>
          )}
        </>
      }
    >
      {site.isPending && <Rows count={4} />}
      {site.isError && <ErrorState error={site.error} onRetry={() => void site.refetch()} />}
      <FormError error={build.error} />
      {theme.data?.problem && <FormError error={new Error(t("themeBroken", { detail: theme.data.problem }))} />}
      {site.data && <State site={site.data} />}
      {report && <Report report={report} builtAt={site.data?.built_at ?? null} />}
      {report && <Problems problems={report.problems} />}
      <DeployTargets />
      {site.data && mayBuild && (
        <Section title={t("buildAll")} lead={t("buildAllHint")}>
          <Group>
            <Button
              variant="outline"
              color="ink"
              loading={build.isPending && build.variables === true}
              onClick={() => build.mutate(true)}
            >
              {t("buildAll")}
            </Button>
          </Group>
        </Section>
      )}
    </Page>
  );
}

function State({ site }: { site: SiteStatus }) {
  const isDone = site.pending === 0 && site.built_at !== null;
  const Icon = isDone ? IconCircleCheck : IconClockHour4;
  return (
    <p className={classes.state} role="status">
      <Icon size={20} stroke={1.5} aria-hidden color={isDone ? "var(--moss)" : "var(--blueprint)"} />
      {site.pending > 0 ? t("waiting", { count: site.pending }) : t(isDone ? "upToDate" : "never")}
    </p>
  );
}

function Report({ report, builtAt }: { report: BuildReport; builtAt: string | null }) {
  const figures: [string, string][] = [
    [t("builtAt"), builtAt ? formatDateTime(builtAt) : t("never")],
    [t("scope"), t(report.full ? "full" : "changesOnly")],
    [t("written"), formatNumber(report.written)],
    [t("unchanged"), formatNumber(report.unchanged)],
    [t("removedFiles"), formatNumber(report.removed)],
    [t("took"), t("seconds", { seconds: Math.round(report.seconds * 100) / 100 })],
  ];
  return (
    <Section title={t("lastBuild")}>
      <dl className={classes.figures}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Problems({ problems }: { problems: BuildProblem[] }) {
  return (
    <Section title={t("problems")} lead={problems.length > 0 ? t("problemsLead") : t("noProblems")}>
      {problems.length > 0 && (
        <Ledger label={t("problems")}>
          {problems.map((problem, index) => (
            <LedgerLine key={index} name={<Subject subject={problem.subject} />} note={problem.message} />
          ))}
        </Ledger>
      )}
    </Section>
  );
}

/** `piece:12` leads to the piece; everything else is named as the builder names it. */
function Subject({ subject }: { subject: string }) {
  const id = /^piece:(\d+)$/.exec(subject)?.[1];
  if (!id) return <span className={classes.subject}>{subject}</span>;
  return (
    <Link to="/pieces/$pieceId" params={{ pieceId: id }}>
      {t("piece", { id: Number(id) })}
    </Link>
  );
}
