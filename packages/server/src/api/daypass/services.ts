import type { FederationServices } from '../../federation/exchange.ts';

/** What Daypass's own operations work with. */
export interface DaypassServices {
  readonly federation: FederationServices;
}
