import { useCallback, useEffect, useState } from 'preact/hooks';
import { readSamples, type Sample } from '../../api/metrics.ts';

export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly samples: readonly Sample[];
}

/** What the service counts, read every few seconds from the moment somebody is signed in. */
export interface LiveMetrics {
  /** The oldest first. */
  readonly readings: readonly Reading[];
  /** The service does not let this browser read them. */
  readonly forbidden: boolean;
  /** Reads them with the token of `DAYPASS_METRICS_TOKEN` from now on. */
  useToken(token: string): void;
}

/** Milliseconds between readings: short ones first, so that there is soon a line to see. */
const firstPauses = [500, 1000, 2000];
const pause = 5000;
/** Ten minutes of readings. */
const most = 121;
const tokenPlace = 'daypass.metrics-token';

export function useMetrics(): LiveMetrics {
  const [readings, setReadings] = useState<readonly Reading[]>([]);
  const [forbidden, setForbidden] = useState(false);
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenPlace) ?? '');
  useEffect(() => {
    let isCurrent = true;
    let timer = 0;
    /** Whether it is worth reading again. */
    const read = async (): Promise<boolean> => {
      if (document.hidden) return true;
      const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch('/_daypass/metrics', { headers });
      const text = await response.text();
      if (!isCurrent) return false;
      setForbidden(!response.ok);
      if (!response.ok) return false;
      const reading = { at: Date.now(), samples: readSamples(text) };
      setReadings((before) => [...before, reading].slice(-most));
      return true;
    };
    const readAgain = async (turn: number): Promise<void> => {
      const isWorthIt = await read().catch(() => true);
      if (isCurrent && isWorthIt) timer = window.setTimeout(readAgain, firstPauses[turn] ?? pause, turn + 1);
    };
    readAgain(0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [token]);
  const useToken = useCallback((given: string) => {
    sessionStorage.setItem(tokenPlace, given);
    setToken(given);
  }, []);
  return { readings, forbidden, useToken };
}
