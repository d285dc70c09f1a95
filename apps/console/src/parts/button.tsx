import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

export function Button({
  kind = 'plain',
  type = 'button',
  busy = false,
  disabled = false,
  onClick,
  label,
  children,
}: {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly type?: 'button' | 'submit';
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly onClick?: () => void;
  /** For screen readers, where the text alone does not say it. */
  readonly label?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <button
      type={type}
      class={`button ${kind}`}
      disabled={disabled || busy}
      aria-busy={busy}
      aria-label={label}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button quiet small"
        aria-label={`Copy ${what}`}
        onClick={async () => {
          await navigator.clipboard.writeText(text);
          setCopied(true);
          setTimeout(() => setCopied(false), 2000);
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} /> {copied ? 'Copied' : 'Copy'}
      </button>
      <span class="visually-hidden" role="status">
        {copied ? `Copied ${what}` : ''}
      </span>
    </>
  );
}
