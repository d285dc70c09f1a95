import { ExplainBrokers } from './ExplainBrokers.ts';
import { ExplainFederation } from './ExplainFederation.ts';
import { Federate } from './Federate.ts';
import { FindIdentities } from './FindIdentities.ts';
import { LinkLogin } from './LinkLogin.ts';
import { ListAuditEvents } from './ListAuditEvents.ts';
import { GetPoolSettings, SetPoolSettings } from './PoolSettings.ts';
import { RevokeSessions } from './RevokeSessions.ts';
import { RotateKeys } from './RotateKeys.ts';

/** What Daypass adds to the services of AWS. */
export const daypassOperations = [
  ExplainBrokers,
  ExplainFederation,
  Federate,
  FindIdentities,
  GetPoolSettings,
  LinkLogin,
  ListAuditEvents,
  RevokeSessions,
  RotateKeys,
  SetPoolSettings,
];
