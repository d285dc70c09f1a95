const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** A moment as how long ago it was; the exact time stands behind it. `at` in seconds since the epoch. */
export function Ago({ at }: { readonly at: number }) {
  const date = new Date(at * 1000);
  const seconds = Math.max(0, Date.now() / 1000 - at);
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['minute', 60];
  const text =
    seconds < 60
      ? 'just now'
      : seconds > 60 * 86_400
        ? date.toLocaleDateString()
        : new Intl.RelativeTimeFormat(undefined).format(-Math.floor(seconds / size), unit);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {text}
    </time>
  );
}
