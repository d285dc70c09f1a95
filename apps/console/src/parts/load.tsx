import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { Failure, Progress } from './notice.tsx';

/** Something that is asked for, in one of three states. */
export type Loaded<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'there'; readonly value: Value };

/** Asks again whenever `key` changes or `reload` is called; what was there stays until the answer is. */
export function useLoaded<Value>(
  load: () => Promise<Value>,
  key: string,
): readonly [Loaded<Value>, reload: () => void] {
  const [kept, keep] = useState<{ key: string; loaded: Loaded<Value> }>({
    key,
    loaded: { state: 'loading' },
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    const settle = (loaded: Loaded<Value>): void => {
      if (isCurrent) keep({ key, loaded });
    };
    load().then(
      (value) => settle({ state: 'there', value }),
      (error: unknown) => settle({ state: 'failed', error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, turn]);
  const reload = useCallback(() => setTurn((turn) => turn + 1), []);
  return [kept.key === key ? kept.loaded : { state: 'loading' }, reload];
}

/** Shows what was loaded, or that it is being loaded, or why it is not. */
export function Show<Value>({
  what,
  loaded,
  children,
}: {
  readonly what: string;
  readonly loaded: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  if (loaded.state === 'loading') return <Progress>Loading {what} …</Progress>;
  if (loaded.state === 'failed') return <Failure error={loaded.error} />;
  return <>{children(loaded.value)}</>;
}

/** Runs one thing at a time: whether it is under way, and how it failed. */
export function useDoing(): {
  readonly busy: boolean;
  readonly error: unknown;
  run(action: () => Promise<void>): Promise<void>;
  clear(): void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return {
    busy,
    error,
    async run(action) {
      setBusy(true);
      setError(undefined);
      try {
        await action();
      } catch (failure) {
        setError(failure);
      } finally {
        setBusy(false);
      }
    },
    clear: () => setError(undefined),
  };
}
