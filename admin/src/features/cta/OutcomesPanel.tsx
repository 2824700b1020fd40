import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "@/api/queries";
import type { Filtered, Outcome, Outcomes } from "@/api/types";
import { useList } from "@/api/useList";
import { formatDateTime, formatNumber, formatRate } from "@/ui/format";
import { IntervalBar } from "@/ui/IntervalBar";
import { Page, Section } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";

import classes from "./OutcomesPanel.module.css";
import { t } from "./strings";
import { expectedWords } from "./words";

/** What came of a piece: per call to action and channel, against what was expected. */
export function OutcomesPanel({ pieceId }: { pieceId: number }) {
  const [range, setRange] = useState<{ from: string; to: string }>({ from: "", to: "" });
  const outcomes = useQuery(
    queries.outcomes(pieceId, { from: range.from || undefined, to: range.to || undefined }),
  );
  return (
    <Page
      title={t("outcomes")}
      lead={t("outcomesLead")}
      actions={
        <>
          <TextInput
            type="date"
            label={t("from")}
            value={range.from}
            onChange={(event) => setRange({ ...range, from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={t("to")}
            value={range.to}
            onChange={(event) => setRange({ ...range, to: event.currentTarget.value })}
          />
        </>
      }
    >
      {outcomes.isPending && <Rows count={4} />}
      {outcomes.isError && <ErrorState error={outcomes.error} onRetry={() => void outcomes.refetch()} />}
      {outcomes.data && outcomes.data.totals.length === 0 && outcomes.data.items.length === 0 && (
        <EmptyState
          action={
            <Button component={Link} to={`/pieces/${pieceId}`} variant="outline" color="ink">
              {t("toWrite")}
            </Button>
          }
        >
          {t("noOutcomes")}
        </EmptyState>
      )}
      {outcomes.data && (outcomes.data.items.length > 0 || outcomes.data.totals.length > 0) && (
        <Figures outcomes={outcomes.data} />
      )}
    </Page>
  );
}

function Figures({ outcomes }: { outcomes: Outcomes }) {
  const channels = useList(queries.channels(), { all: true });
  const names = new Map(channels.items.map(({ code, name }) => [code, name]));
  const ctaIds = [...new Set([...outcomes.totals, ...outcomes.items].map((item) => item.cta_id))];
  return (
    <>
      {ctaIds.map((ctaId) => (
        <CtaFigures
          key={ctaId}
          total={outcomes.totals.find((item) => item.cta_id === ctaId)}
          items={outcomes.items.filter((item) => item.cta_id === ctaId)}
          nameOf={(code) => (code === "blog" || code === "feed" ? t(code) : (names.get(code) ?? code))}
        />
      ))}
      <FilteredFigures filtered={outcomes.filtered} unattributed={outcomes.unattributed.conversions ?? 0} />
      <p className={classes.asOf}>
        {t("asOf", { when: formatDateTime(outcomes.as_of) })}{" "}
        {outcomes.pending > 0 && t("pending", { count: outcomes.pending })}
      </p>
    </>
  );
}

function CtaFigures({
  total,
  items,
  nameOf,
}: {
  total: Outcome | undefined;
  items: Outcome[];
  nameOf: (code: string) => string;
}) {
  const first = total ?? items[0];
  if (!first) return null;
  return (
    <Section
      title={first.label}
      lead={first.objective ? `${t("objective")}: ${first.objective.name}` : undefined}
      actions={total && <Attainment outcome={total} />}
    >
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={first.label}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("channel")}</th>
              <th scope="col" className="numbers">
                {t("clicks")}
              </th>
              <th scope="col" className="numbers">
                {t("unique")}
              </th>
              <th scope="col" className="numbers">
                {t("conversions")}
              </th>
              <th scope="col">{t("rate")}</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <OutcomeRow key={item.channel} outcome={item} name={nameOf(item.channel)} />
            ))}
          </tbody>
          {total && (
            <tfoot>
              <OutcomeRow outcome={total} name={t("allChannels")} />
            </tfoot>
          )}
        </table>
      </div>
    </Section>
  );
}

function OutcomeRow({ outcome, name }: { outcome: Outcome; name: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="numbers">{formatNumber(outcome.clicks)}</td>
      <td className="numbers">
        {formatNumber(outcome.unique_clicks)}
        {outcome.clicks_noid > 0 && (
          <span className={classes.small}>{t("noid", { count: outcome.clicks_noid })}</span>
        )}
      </td>
      <td className="numbers">{formatNumber(outcome.conversions)}</td>
      <td>
        <Rate outcome={outcome} />
      </td>
    </tr>
  );
}

/** A rate is drawn with its interval; of a handful it is only said how many. */
function Rate({ outcome }: { outcome: Outcome }) {
  const { conversion_rate: rate, interval, confidence, converters, unique_clicks: visitors } = outcome;
  if (rate === null || visitors === 0) return <span className="quiet">{t("notMeasurable")}</span>;
  const words = t("kOfN", { k: converters, n: visitors });
  if (confidence === "too_few" || !interval) return <span>{words}</span>;
  const [low, high] = interval;
  return (
    <span className={classes.rate}>
      <IntervalBar
        value={rate}
        low={low}
        high={high}
        mark={outcome.expected.rate}
        label={t("interval", { rate: formatRate(rate), low: formatRate(low), high: formatRate(high) })}
      />
      <span>
        {formatRate(rate)} <span className="quiet">{words}</span>
        {confidence === "low" && <span className={classes.small}>{t("lowConfidence")}</span>}
      </span>
    </span>
  );
}

/** What was measured over what was expected, as a bar that has its end at 100 %. */
function Attainment({ outcome }: { outcome: Outcome }) {
  const { attainment } = outcome;
  const width = `${Math.min(attainment ?? 0, 1) * 100}%`;
  return (
    <div className={classes.attainment}>
      <span className="quiet">
        {t("expectedHead")}: {expectedWords(outcome.expected)}
        {outcome.measured_by === "clicks" && `, ${t("measuredByClicks")}`}
      </span>
      {attainment === null ? (
        <span className="quiet">{t("notMeasurable")}</span>
      ) : (
        <span className={classes.attained}>
          <span className={classes.track} aria-hidden>
            <span className={classes.bar} style={{ width }} data-full={attainment >= 1 || undefined} />
          </span>
          <strong>{formatRate(attainment)}</strong>
        </span>
      )}
    </div>
  );
}

function FilteredFigures({ filtered, unattributed }: { filtered: Filtered; unattributed: number }) {
  const kinds = (["bot", "prefetch", "preview", "scanner", "other"] as const).filter((kind) => (filtered[kind] ?? 0) > 0);
  if (kinds.length === 0 && unattributed === 0) return null;
  return (
    <Section title={t("filteredTitle")} lead={t("filteredLead")}>
      <dl className={classes.filtered}>
        {kinds.map((kind) => (
          <div key={kind}>
            <dt>{t(kind)}</dt>
            <dd className="numbers">{formatNumber(filtered[kind] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      {unattributed > 0 && <p>{t("unattributed", { count: unattributed })}</p>}
    </Section>
  );
}
