import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from './api/client.ts';
import type { Session } from './session.ts';

/** What every page works with. */
export interface Desk {
  readonly api: Api;
  readonly session: Session;
  /** Tells, by eye and by screen reader, that something was done. */
  say(text: string): void;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('nobody is signed in here');
  return desk;
}
