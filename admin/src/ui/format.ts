/** Dates, times and numbers as the reader's language writes them. */

import { formatLanguage } from "@/ui/i18n";

export function formatDate(instant: string | Date, zone?: string): string {
  return format(instant, { day: "numeric", month: "short", year: "numeric", timeZone: zone });
}

export function formatDateTime(instant: string | Date, zone?: string): string {
  return format(instant, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  });
}

export function formatTime(instant: string | Date, zone?: string): string {
  return format(instant, { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

/** With the offset named, for a moment that must not be misread: "1 Dec 2026, 09:00 GMT+1". */
export function formatMoment(instant: string | Date, zone?: string): string {
  return format(instant, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
    timeZoneName: "short",
  });
}

/** A clock time of no zone ("2026-12-01T09:00") as it is written: "1 Dec 2026, 09:00". */
export function formatWall(wall: string): string {
  return formatDateTime(`${wall}Z`, "UTC");
}

function format(instant: string | Date, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return String(instant);
  const known = isZone(options.timeZone) ? options : { ...options, timeZone: undefined };
  return new Intl.DateTimeFormat(formatLanguage(), known).format(date);
}

export function isZone(zone: string | undefined): boolean {
  if (!zone) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(formatLanguage()).format(value);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "3.4 MB", as the language writes it. */
export function formatSize(bytes: number, language = formatLanguage()): string {
  const step = bytes > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step],
    unitDisplay: "short",
    maximumFractionDigits: step === 0 || bytes / 1000 ** step >= 10 ? 0 : 1,
  }).format(bytes / 1000 ** step);
}

export function formatRate(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 1 : 0;
  return new Intl.NumberFormat(formatLanguage(), {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** The zones this browser knows, the given ones first. */
export function listZones(...first: string[]): string[] {
  const all = Intl.supportedValuesOf("timeZone");
  return [...new Set([...first.filter(Boolean), ...all, "UTC"])];
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
