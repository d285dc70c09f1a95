import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button.tsx';
import { useDoing } from './load.tsx';
import { Failure } from './notice.tsx';

/** A native modal dialog around a form; Escape closes it, and the focus goes back where it came from. */
export function Dialog({
  title,
  action,
  danger = false,
  wide = false,
  onClose,
  onSubmit,
  children,
}: {
  readonly title: string;
  /** The text of the button that submits. */
  readonly action: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  readonly onClose: () => void;
  /** The dialog is closed when it resolves, and shows why when it rejects. */
  readonly onSubmit: () => Promise<void>;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const { busy, error, run } = useDoing();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} class={wide ? 'wide' : ''} aria-labelledby={heading} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(async () => {
            await onSubmit();
            close();
          });
        }}
      >
        <h2 id={heading}>{title}</h2>
        {children}
        <Failure error={error} />
        <footer class="actions">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} busy={busy}>
            {action}
          </Button>
        </footer>
      </form>
    </dialog>
  );
}
