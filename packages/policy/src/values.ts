// The expressions here read values of requests: each is linear, with no choice about how a text could match.

const DECIMAL = /^[+-]?\d+(?:\.\d+)?$/;

/** An integer or decimal; undefined for anything else and for what a double cannot hold exactly enough. */
export function parseNumeric(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

export function parseBool(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 text as it is; undefined when it is not base64 with its padding. */
export function parseBinary(text: string): string | undefined {
  return BASE64.test(text) ? text : undefined;
}

const W3C_DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d))?)?)?$/i;
const EPOCH_SECONDS = /^\d{5,}(?:\.\d+)?$/;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Milliseconds since the epoch of a W3C date (`2026`, `2026-11`, `2026-11-23`, `2026-11-23T16:00Z`,
 * `2026-11-23T16:00:00.5+01:00`) or of epoch seconds; four digits are a year.
 * Source: IAM User Guide, "Date condition operators"; https://www.w3.org/TR/NOTE-datetime.
 */
export function parseDate(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return parseNumeric(text) === undefined ? undefined : Number(text) * 1000;
  const parts = W3C_DATE.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1, 7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const leapDay = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (month < 1 || month > 12 || day < 1 || day > (DAYS_OF_MONTH[month - 1] ?? 0) + leapDay) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const offset = parseOffset(parts[8] ?? 'Z');
  if (offset === undefined) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hours, minutes - offset, seconds, Number(`0.${parts[7] ?? '0'}`) * 1000);
  return date.getTime();
}

/** Minutes east of Greenwich. */
function parseOffset(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
