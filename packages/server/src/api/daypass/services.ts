import type { Place } from '../../access/arn.ts';
import type { Revocations } from '../../access/revocations.ts';
import type { Clock } from '../../clock.ts';
import type { ConsoleSignIn } from '../../federation/console-sign-in.ts';
import type { FederationServices } from '../../federation/exchange.ts';
import type { ExplainServices } from '../../federation/explain.ts';
import type { SharedKeys } from '../../keys/upkeep.ts';
import type { Store } from '../../store/store.ts';
import type { Refusals } from '../refusals.ts';

/** What Daypass's own operations work with. */
export interface DaypassServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly place: Place;
  readonly federation: FederationServices;
  readonly revocations: Revocations;
  readonly explain: ExplainServices;
  readonly refusals: Refusals;
  readonly keys: SharedKeys;
  /** The metrics of all processes in Prometheus' exposition format, and its media type. */
  renderMetrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Undefined: nobody signs in to the console with an account. */
  readonly consoleSignIn: ConsoleSignIn | undefined;
}
