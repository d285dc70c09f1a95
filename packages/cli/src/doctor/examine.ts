import { AwsError, callSts, type Endpoint } from '../service/aws-api.ts';
import { examineBrokers } from './brokers.ts';
import type { Finding } from './finding.ts';
import { ask, member } from './http.ts';
import { examineProviders } from './providers.ts';

/** Seconds by which SigV4 and tokens tolerate clocks to differ. */
const mostSkew = 300;

/** Looks at everything that can be wrong with an installation, from outside. Never throws for what it finds. */
export async function examine(
  url: string,
  origin: string,
  connect: () => Promise<Endpoint>,
): Promise<Finding[]> {
  const health = await ask(`${url}/_daypass/health`);
  if (health?.status !== 200) {
    const detail = health === undefined ? `${url} does not answer` : `HTTP ${health.status} from ${url}`;
    const advice = 'Start it with daypass start, or set --endpoint to where it is.';
    return [{ what: 'Service', outcome: 'bad', detail, advice }];
  }
  const findings: Finding[] = [
    { what: 'Service', outcome: 'good', detail: url },
    clock(health),
    await database(url),
    await publicUrl(url),
    await keys(url),
    await cors(url, origin),
  ];
  try {
    const service = await connect();
    const { Arn } = await callSts(service, 'GetCallerIdentity', {});
    findings.push({ what: 'Your key', outcome: 'good', detail: String(Arn) });
    findings.push(...(await examineProviders(service)));
    findings.push(...(await examineBrokers(service)));
  } catch (error) {
    findings.push({
      what: 'Your key',
      outcome: 'bad',
      detail: error instanceof Error ? error.message : String(error),
      advice:
        error instanceof AwsError
          ? 'The key must be this service’s: <data>/credentials holds the root key; --region must be the service’s.'
          : 'The root key is in <data>/credentials; name the file with --credentials-file.',
    });
  }
  return findings;
}

function clock({ headers }: Response): Finding {
  const date = Date.parse(headers.get('date') ?? '');
  const what = 'Clock';
  if (Number.isNaN(date)) return { what, outcome: 'doubtful', detail: 'the service tells no time' };
  const skew = Math.round(Math.abs(Date.now() - date) / 1000);
  const detail = `${skew} s from the service’s`;
  if (skew <= 30) return { what, outcome: 'good', detail };
  const advice = 'Set both clocks by NTP: signatures and tokens are refused from five minutes on.';
  return { what, outcome: skew > mostSkew ? 'bad' : 'doubtful', detail, advice };
}

async function database(url: string): Promise<Finding> {
  const ready = await ask(`${url}/_daypass/ready`);
  if (ready?.status === 200) return { what: 'Database', outcome: 'good', detail: 'answers' };
  return {
    what: 'Database',
    outcome: 'bad',
    detail: `HTTP ${ready?.status ?? 'nothing'} from /_daypass/ready`,
    advice: 'The service’s log says why; check --store, and the disk or the PostgreSQL server.',
  };
}

async function publicUrl(url: string): Promise<Finding> {
  const what = 'Public URL';
  const issuer = await member(`${url}/.well-known/openid-configuration`, 'issuer');
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) {
    return {
      what,
      outcome: 'bad',
      detail: 'there is no discovery document',
      advice: 'Set --endpoint to Daypass.',
    };
  }
  if ((await member(`${issuer}/.well-known/openid-configuration`, 'issuer')) !== issuer) {
    const advice = 'Start the service with --public-url set to the address at which verifiers reach it.';
    return { what, outcome: 'bad', detail: `${issuer} does not lead here`, advice };
  }
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'https:') return { what, outcome: 'good', detail: issuer };
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const advice = isLocal
    ? 'Good for this machine. For others, set --public-url to a https address.'
    : 'Put TLS in front and set --public-url to the https address: tokens cross the network in the clear.';
  return { what, outcome: isLocal ? 'doubtful' : 'bad', detail: issuer, advice };
}

async function keys(url: string): Promise<Finding> {
  const found = await member(`${url}/.well-known/jwks_uri`, 'keys');
  const count = Array.isArray(found) ? found.length : 0;
  if (count > 0) return { what: 'Keys', outcome: 'good', detail: `${count} published` };
  const advice =
    'The service’s log says why; a master key that is not the one of this data is the usual reason.';
  return { what: 'Keys', outcome: 'bad', detail: 'none are published', advice };
}

async function cors(url: string, origin: string): Promise<Finding> {
  const preflight = await ask(`${url}/`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-amz-target',
    },
  });
  const allowed = preflight?.headers.get('access-control-allow-origin');
  if (allowed === '*' || allowed === origin)
    return { what: 'CORS', outcome: 'good', detail: `${origin} may ask` };
  return {
    what: 'CORS',
    outcome: 'bad',
    detail: `browsers may not ask from ${origin}`,
    advice: 'A proxy in front must pass OPTIONS requests and the access-control headers through.',
  };
}
