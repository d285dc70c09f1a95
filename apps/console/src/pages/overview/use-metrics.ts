import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Api, ApiError } from '../../api/client.ts';
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
  /** Who is signed in may not read them, nor whoever has the token that was given. */
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

export function useMetrics(api: Api): LiveMetrics {
  const [readings, setReadings] = useState<readonly Reading[]>([]);
  const [forbidden, setForbidden] = useState(false);
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenPlace) ?? '');
  useEffect(() => {
    let isCurrent = true;
    let timer = 0;
    /** Whether it is worth reading again. */
    const read = async (): Promise<boolean> => {
      if (document.hidden) return true;
      const text = token === '' ? await signedMetrics(api) : await scrapedMetrics(token);
      if (!isCurrent) return false;
      setForbidden(text === undefined);
      if (text === undefined) return false;
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
  }, [api, token]);
  const useToken = useCallback((given: string) => {
    sessionStorage.setItem(tokenPlace, given);
    setToken(given);
  }, []);
  return { readings, forbidden, useToken };
}

/** Undefined when whoever is signed in may not. */
async function signedMetrics(api: Api): Promise<string | undefined> {
  try {
    return (await api.daypass<{ Text: string }>('GetMetrics', {})).Text;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'AccessDeniedException') return undefined;
    throw error;
  }
}

/** Undefined for a token that is not the service's. */
async function scrapedMetrics(token: string): Promise<string | undefined> {
  const response = await fetch('/_daypass/metrics', { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  return response.ok ? text : undefined;
}
