import { findEvents } from '../../audit/search.ts';
import { identityId, identityPoolId, paginationKey, queryLimit } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { keyIn, tokenFor } from '../protocol/pagination.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { period } from './period.ts';
import type { DaypassServices } from './services.ts';

const name = 'ListAuditEvents';
const uuid = string({ min: 36, max: 36, pattern: '[0-9a-f-]+' });

/**
 * What administrators changed and who was refused, newest first, out of the events that are kept. A page can have fewer
 * than `MaxResults`, or none, while `NextToken` says that there may be more. Who follows what happens asks for the events
 * `After` one a few seconds old and drops those he has: nodes write theirs down up to a second late.
 */
export const ListAuditEvents = operation({
  name,
  // The log is the whole service's, so there is no pool or identity that it could be allowed for.
  access: { action: 'daypass:ListAuditEvents', resource: () => '*' },
  input: structure({
    Time: period,
    /** An `eventID`: only newer ones. */
    After: uuid,
    IdentityPoolId: identityPoolId,
    IdentityId: identityId,
    Operation: string({ min: 1, max: 128 }),
    Outcome: string({ values: ['DONE', 'REFUSED'] }),
    RequestId: uuid,
    MaxResults: required(queryLimit),
    NextToken: paginationKey,
  }),
  async handle({ store }: DaypassServices, input) {
    const { Time, NextToken } = input;
    const { events, next } = await findEvents(store, {
      from: Time?.From && Time.From * 1000,
      to: Time?.To && Time.To * 1000,
      after: input.After,
      before: NextToken && keyIn(name, NextToken),
      requestId: input.RequestId,
      operation: input.Operation,
      refused: input.Outcome && input.Outcome === 'REFUSED',
      mentioned: [input.IdentityPoolId, input.IdentityId].filter((id) => id !== undefined),
      limit: input.MaxResults,
    });
    return { Events: events, NextToken: next && tokenFor(name, next) };
  },
});
