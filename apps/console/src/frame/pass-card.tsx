import type { ComponentChildren } from 'preact';

/** The operator's pass, as the game shows its players'. */
export function PassCard({
  kind,
  initial,
  code,
  children,
}: {
  readonly kind: string;
  readonly initial: string;
  /** What the bar code is drawn from. */
  readonly code: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="pass">
      <span class="pass-initial" aria-hidden="true">
        {initial}
      </span>
      <div class="pass-text">
        <span class="pass-kind">{kind}</span>
        {children}
      </div>
      <Bars code={code} />
    </div>
  );
}

function Bars({ code }: { readonly code: string }) {
  let at = 0;
  const bars = Array.from(code.slice(-14), (character) => {
    const height = 1 + (character.charCodeAt(0) % 4);
    at += height + 1.5;
    return { at: at - height - 1.5, height };
  });
  return (
    <svg
      class="pass-bars"
      viewBox={`0 0 26 ${Math.max(1, at)}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bars.map(({ at, height }) => (
        <rect key={at} y={at} width="26" height={height} />
      ))}
    </svg>
  );
}
