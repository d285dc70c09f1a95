import { CopyButton } from './button.tsx';

/** A text to read and to copy. */
export function Code({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div class="code">
      <CopyButton text={text} what={what} />
      <pre>{text}</pre>
    </div>
  );
}
