import { useId } from 'preact/hooks';
import { Card } from '../../parts/page.tsx';

export interface Point {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

const width = 600;
const height = 120;

/** A line over time with its latest value; the same is said in words for those who do not see it. */
export function LineChart({
  title,
  unit,
  points,
  tone,
  format = (value) => String(Math.round(value)),
}: {
  readonly title: string;
  readonly unit: string;
  readonly points: readonly Point[];
  readonly tone: 'violet' | 'coral' | 'teal';
  readonly format?: (value: number) => string;
}) {
  const id = useId();
  const first = points.at(0)?.at ?? 0;
  const span = Math.max(1, (points.at(-1)?.at ?? 0) - first);
  const highest = Math.max(0, ...points.map(({ value }) => value));
  const top = niceTop(highest);
  const place = ({ at, value }: Point): string =>
    `${(((at - first) / span) * width).toFixed(1)} ${(height - (value / top) * (height - 8)).toFixed(1)}`;
  const line = points.map((point, at) => `${at === 0 ? 'M' : 'L'}${place(point)}`).join('');
  const latest = points.at(-1)?.value;
  return (
    <figure class={`chart ${tone}`}>
      <figcaption id={id}>
        <span>{title}</span>
        <strong>
          {latest === undefined ? '–' : format(latest)} <small>{unit}</small>
        </strong>
      </figcaption>
      <div class="plot">
        <span class="top" aria-hidden="true">
          {format(top)}
        </span>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}: now ${format(latest ?? 0)} ${unit}, at most ${format(highest)} in ${minutes(span)}`}
        >
          <path class="grid" d={`M0 8H${width}M0 ${(height + 8) / 2}H${width}M0 ${height - 0.5}H${width}`} />
          {points.length > 1 && (
            <>
              <path class="area" d={`${line}L${width} ${height}L0 ${height}Z`} />
              <path class="line" d={line} />
            </>
          )}
        </svg>
      </div>
      <p class="soft axis" aria-hidden="true">
        <span>{points.length > 1 ? `${minutes(span)} ago` : 'Collecting the first readings …'}</span>
        <span>now</span>
      </p>
    </figure>
  );
}

function minutes(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The next round number above: 1, 2 or 5 times a power of ten. */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value is at least this. */
  readonly more?: boolean;
  readonly meaning?: string | undefined;
  readonly href?: string;
}

/** Amounts as bars below their names. */
export function Bars({
  title,
  bars,
  none,
}: {
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly none: string;
}) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <Card title={title}>
      {bars.length === 0 ? (
        <p class="soft">{none}</p>
      ) : (
        <dl class="bars">
          {bars.map(({ label, value, more = false, meaning, href }) => (
            <div key={label}>
              <dt>
                {href === undefined ? label : <a href={href}>{label}</a>}
                {meaning !== undefined && <span class="soft">{meaning}</span>}
              </dt>
              <dd>
                <meter min={0} max={most} value={value} aria-label={label}>
                  {value}
                </meter>
                <span>
                  {value}
                  {more && '+'}
                </span>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}
