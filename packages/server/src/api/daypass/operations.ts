import { DisableIdentity } from './DisableIdentity.ts';
import { EnableIdentity } from './EnableIdentity.ts';
import { ExplainAccess } from './ExplainAccess.ts';
import { ExplainBrokers } from './ExplainBrokers.ts';
import { ExplainFederation } from './ExplainFederation.ts';
import { Federate } from './Federate.ts';
import { FindIdentities } from './FindIdentities.ts';
import { GetMetrics } from './GetMetrics.ts';
import { LinkLogin } from './LinkLogin.ts';
import { ListAuditEvents } from './ListAuditEvents.ts';
import { MergeIdentities } from './MergeIdentities.ts';
import { GetPoolSettings, SetPoolSettings } from './PoolSettings.ts';
import { RevokeSessions } from './RevokeSessions.ts';
import { RotateKeys } from './RotateKeys.ts';
import { SignInToConsole } from './SignInToConsole.ts';
import { UnlinkLogin } from './UnlinkLogin.ts';

/** What Daypass adds to the services of AWS. */
export const daypassOperations = [
  DisableIdentity,
  EnableIdentity,
  ExplainAccess,
  ExplainBrokers,
  ExplainFederation,
  Federate,
  FindIdentities,
  GetMetrics,
  GetPoolSettings,
  LinkLogin,
  ListAuditEvents,
  MergeIdentities,
  RevokeSessions,
  RotateKeys,
  SetPoolSettings,
  SignInToConsole,
  UnlinkLogin,
];
