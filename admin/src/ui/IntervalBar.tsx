import classes from "./IntervalBar.module.css";

interface IntervalBarProps {
  value: number;
  low: number;
  high: number;
  /** What was expected: a tick across the line. */
  mark?: number;
  label: string;
}

/** A thin bar from low to high with a dot at the value: never a bare percentage. */
export function IntervalBar({ value, low, high, mark, label }: IntervalBarProps) {
  const end = niceEnd(Math.max(high, mark ?? 0));
  const at = (share: number) => 4 + (Math.min(share, end) / end) * 112;
  return (
    <svg width="120" height="16" viewBox="0 0 120 16" role="img" aria-label={label} className={classes.bar}>
      <line x1="4" x2="116" y1="8" y2="8" className={classes.axis} />
      <line x1={at(low)} x2={at(high)} y1="8" y2="8" className={classes.interval} />
      {mark !== undefined && <line x1={at(mark)} x2={at(mark)} y1="2" y2="14" className={classes.mark} />}
      <circle cx={at(value)} cy="8" r="3.5" className={classes.dot} />
    </svg>
  );
}

/** The next of 1, 2, 5, 10, 20, 50, 100 per cent, so that bars of one table are of few scales. */
function niceEnd(share: number): number {
  return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].find((end) => share <= end) ?? 1;
}
