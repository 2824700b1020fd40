import { SegmentedControl, Title } from "@mantine/core";
import { IconPointFilled, IconWorld } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { queries } from "@/api/queries";
import type { RevisionSummary } from "@/api/types";
import { useList } from "@/api/useList";
import { formatDateTime } from "@/ui/format";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";

import { Differences } from "./Differences";
import classes from "./History.module.css";
import { RestoreButton } from "./RestoreButton";
import { t } from "./strings";

const route = getRouteApi("/shell/pieces/$pieceId/history");

/** All versions of a piece; one of them against the one before it or against the present one. */
export function HistoryPanel({ pieceId }: { pieceId: number }) {
  const search = route.useSearch();
  const revisions = useList(queries.revisions(pieceId));
  const { items } = revisions;
  const chosen = items.find(({ id }) => id === search.version) ?? items[0];
  return (
    <Page title={t("history")} lead={t("lead")}>
      {revisions.isPending && <Rows count={6} />}
      {revisions.isError && <ErrorState error={revisions.error} onRetry={revisions.refetch} />}
      {revisions.isSuccess && items.length === 0 && <EmptyState>{t("none")}</EmptyState>}
      {chosen && (
        <div className={classes.room}>
          <nav className={classes.versions} aria-label={t("versions")}>
            <ol className={classes.list} reversed>
              {items.map((revision) => (
                <Version key={revision.id} pieceId={pieceId} revision={revision} isChosen={revision.id === chosen.id} />
              ))}
            </ol>
            <MoreButton list={revisions} />
          </nav>
          <Chosen
            pieceId={pieceId}
            chosen={chosen}
            before={items[items.indexOf(chosen) + 1]}
            present={items.find((revision) => revision.is_head)}
          />
        </div>
      )}
    </Page>
  );
}

function Version({ pieceId, revision, isChosen }: { pieceId: number; revision: RevisionSummary; isChosen: boolean }) {
  return (
    <li>
      <Link
        to="/pieces/$pieceId/history"
        params={{ pieceId: String(pieceId) }}
        search={(before) => ({ ...before, version: revision.id })}
        replace
        resetScroll={false}
        className={classes.version}
        aria-current={isChosen ? "true" : undefined}
      >
        <span className={classes.when}>{formatDateTime(revision.created_at)}</span>
        <span className={classes.who}>
          {reasonWord(revision.reason)} {t("by", { name: revision.created_by_name || t("nobody") })}
        </span>
        {revision.is_head && (
          <span className={classes.flag} data-flag="present">
            <IconPointFilled size={12} aria-hidden /> {t("present")}
          </span>
        )}
        {revision.is_live && (
          <span className={classes.flag}>
            <IconWorld size={13} stroke={1.75} aria-hidden /> {t("live")}
          </span>
        )}
      </Link>
    </li>
  );
}

interface ChosenProps {
  pieceId: number;
  chosen: RevisionSummary;
  before: RevisionSummary | undefined;
  present: RevisionSummary | undefined;
}

function Chosen({ pieceId, chosen, before, present }: ChosenProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const against = search.against === "present" ? present : before;
  // Always from the older to the newer: what came later is what was added.
  const [from, to] = against && against.number > chosen.number ? [chosen, against] : [against, chosen];
  return (
    <section aria-label={t("version", { number: chosen.number })}>
      <div className={classes.head}>
        <Title order={2}>{t("version", { number: chosen.number })}</Title>
        <SegmentedControl
          size="xs"
          aria-label={t("compareWith")}
          value={search.against ?? "before"}
          transitionDuration={0}
          onChange={(value) =>
            void navigate({
              search: (old) => ({ ...old, against: value === "present" ? "present" : undefined }),
              replace: true,
              resetScroll: false,
            })
          }
          data={[
            { value: "before", label: t("withBefore") },
            { value: "present", label: t("withPresent") },
          ]}
        />
        {!chosen.is_head && <RestoreButton pieceId={pieceId} revision={chosen} />}
      </div>
      {!chosen.is_head && <p className={classes.hint}>{t("restoreHint")}</p>}
      {from && to && from.id !== to.id ? (
        <Compared pieceId={pieceId} from={from} to={to} />
      ) : (
        <p className="quiet">{search.against === "present" ? t("isPresent") : t("first")}</p>
      )}
    </section>
  );
}

function Compared({ pieceId, from, to }: { pieceId: number; from: RevisionSummary; to: RevisionSummary }) {
  const comparison = useQuery(queries.comparison(pieceId, from.id, to.id));
  if (comparison.isPending) return <Rows count={5} />;
  if (comparison.isError) return <ErrorState error={comparison.error} onRetry={() => void comparison.refetch()} />;
  return (
    <Differences
      fields={comparison.data.fields}
      names={[t("version", { number: from.number }), t("version", { number: to.number })]}
    />
  );
}

function reasonWord(reason: string): string {
  const known = (["created", "saved", "imported", "moved", "restored"] as const).find((one) => one === reason);
  return known ? t(known) : reason;
}
