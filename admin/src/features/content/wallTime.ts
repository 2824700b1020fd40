/** A wall time in a zone, as moments: none in a gap, two when the clocks go back. Pure. */

const HOUR_MS = 3_600_000;

/** The moments at which clocks in `zone` show `wall` ("2026-12-01T09:00"), earliest first. */
export function momentsOf(wall: string, zone: string): Date[] {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(wall)) return [];
  const asUtc = Date.parse(`${wall.slice(0, 16)}:00Z`);
  if (Number.isNaN(asUtc)) return [];
  const offsets = new Set([-26, -12, 0, 12, 26].map((hours) => offsetAt(asUtc + hours * HOUR_MS, zone)));
  const moments = [...offsets]
    .map((offset) => asUtc - offset)
    .filter((moment) => moment + offsetAt(moment, zone) === asUtc);
  return [...new Set(moments)].sort((one, other) => one - other).map((moment) => new Date(moment));
}

function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(new Date(moment));
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(moment / 1000) * 1000;
}

/** What clocks in `zone` show at a moment, as an input of type datetime-local wants it. */
export function wallOf(moment: Date, zone: string): string {
  const whole = Math.floor(moment.getTime() / 1000) * 1000;
  return new Date(whole + offsetAt(whole, zone)).toISOString().slice(0, 16);
}
