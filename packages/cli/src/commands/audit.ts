import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { callDaypass, type Endpoint } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { harmless, print, styled } from '../terminal.ts';

interface AuditFlags extends ConnectionFlags {
  readonly pool?: string;
  readonly identity?: string;
  readonly operation?: string;
  readonly refused?: boolean;
  readonly request?: string;
  /** Epoch seconds. */
  readonly since?: number;
  readonly until?: number;
  readonly max: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** An event in the shape of CloudTrail's records, as far as it is shown. */
interface AuditEvent {
  readonly eventID: string;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly eventName: string;
  readonly userIdentity: { readonly type: string; readonly arn?: string };
  readonly sourceIPAddress: string;
  readonly requestID: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly additionalEventData?: { readonly reason?: string };
}

export function auditCommand(): Command {
  return addConnectionOptions(new Command('audit'))
    .description('show what administrators changed and who was refused, the latest last')
    .option('--pool <id>', 'what concerns a pool')
    .option('--identity <id>', 'what concerns an identity')
    .option('--operation <name>', 'calls of an operation')
    .option('--refused', 'refusals alone')
    .option('--request <id>', 'what became of one request')
    .addOption(moment('--since', 'from then on'))
    .addOption(moment('--until', 'up to then'))
    .addOption(new Option('--max <number>', 'how many').default(50).argParser(parseMax))
    .addOption(new Option('--follow', 'go on with what happens').conflicts('until'))
    .option('--json', 'answer with JSON; with --follow one event a line')
    .action(async (flags: AuditFlags) => {
      const service = await connect(flags);
      const events = await latest(service, filterOf(flags), flags.max);
      if (!flags.follow) {
        const lines = events.length === 0 ? 'None.' : events.map(describe).join('\n');
        return print(flags.json, events, lines);
      }
      const show = (event: AuditEvent): void => {
        process.stdout.write(`${flags.json ? JSON.stringify(event) : describe(event)}\n`);
      };
      events.forEach(show);
      await follow(service, flags, events, show);
    });
}

function moment(flag: string, what: string): Option {
  return new Option(`${flag} <when>`, `${what}: an ISO date, or 15m, 2h, 3d ago`).argParser(parseMoment);
}

function filterOf({ pool, identity, operation, refused, request, since, until }: AuditFlags): object {
  return {
    IdentityPoolId: pool,
    IdentityId: identity,
    Operation: operation,
    ...(refused && { Outcome: 'REFUSED' }),
    RequestId: request,
    Time: { From: since, To: until },
  };
}

const largestPage = 60;

/** The latest events that meet a filter, in the order they came. */
async function latest(service: Endpoint, filter: object, max: number): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  let NextToken: unknown;
  do {
    const MaxResults = Math.min(max - events.length, largestPage);
    const page = await callDaypass(service, 'ListAuditEvents', { ...filter, MaxResults, NextToken });
    events.push(...(page.Events as AuditEvent[]));
    NextToken = page.NextToken;
  } while (NextToken !== undefined && events.length < max);
  return events.reverse();
}

/** Milliseconds between two looks, and seconds that an event may come late: nodes write theirs down in batches. */
const pause = 1000;
const latestArrival = 10;
const mostAtOnce = 1000;

/** Shows what comes after `events`; ends with the process. */
async function follow(
  service: Endpoint,
  flags: AuditFlags,
  events: readonly AuditEvent[],
  show: (event: AuditEvent) => void,
): Promise<never> {
  let known = events;
  for (;;) {
    await sleep(pause);
    const last = known.at(-1);
    const since = last ? Math.floor(Date.parse(last.eventTime) / 1000) - latestArrival : flags.since;
    const shown = new Set(known.map(({ eventID }) => eventID));
    const found = await latest(service, filterOf({ ...flags, ...(since && { since }) }), mostAtOnce);
    for (const event of found) if (!shown.has(event.eventID)) show(event);
    if (found.length > 0) known = found;
  }
}

function describe(event: AuditEvent): string {
  const { eventTime, eventName, userIdentity, sourceIPAddress, requestID, errorCode } = event;
  const outcome = errorCode === undefined ? styled('green', '✓') : styled('red', '✗');
  const who = [userIdentity.arn ?? userIdentity.type.toLowerCase(), sourceIPAddress]
    .filter(Boolean)
    .join(' ');
  const first = `${eventTime.slice(0, 19)}Z ${outcome} ${harmless(eventName)}  ${harmless(who)}  ${requestID}`;
  if (errorCode === undefined) return first;
  const { errorMessage, additionalEventData } = event;
  const why = [errorCode, errorMessage, additionalEventData?.reason].filter((text) => text !== undefined);
  return `${first}\n${' '.repeat(23)}${harmless(why.join(': '))}`;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Epoch seconds of an ISO date, or of a time ago. */
function parseMoment(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return Math.floor(Date.now() / 1000) - Number(amount) * (units[unit] ?? 0);
  const time = /^\d{4}-\d\d-\d\d(?:T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('It must be an ISO date, or a time ago such as 15m.');
  return Math.floor(time / 1000);
}

function parseMax(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 99999.');
  return Number(text);
}
