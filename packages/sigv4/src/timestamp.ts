const basicFormat = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** The second that was formatted last: one request has its timestamp formatted three times. */
let lastSecond = Number.NaN;
let lastFormatted = '';

/** Milliseconds since the epoch as ISO 8601 basic, `20150830T123600Z`: the only form that is ever signed. */
export function formatTimestamp(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastSecond) {
    const iso = new Date(milliseconds).toISOString();
    lastFormatted = `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
    lastSecond = second;
  }
  return lastFormatted;
}

/** The reverse of `formatTimestamp`; `undefined` for anything else, such as February 30. */
export function parseTimestamp(text: string): number | undefined {
  const match = basicFormat.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const milliseconds = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  // What does not exist, such as February 30 or the year 99, is read as another time.
  return formatTimestamp(milliseconds) === text ? milliseconds : undefined;
}

/** An HTTP date (RFC 9110 §5.6.7, the preferred form) or an ISO 8601 basic timestamp, in milliseconds. */
export function parseDateHeader(text: string): number | undefined {
  const basic = parseTimestamp(text);
  if (basic !== undefined) return basic;
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toUTCString() === text
    ? milliseconds
    : undefined;
}
