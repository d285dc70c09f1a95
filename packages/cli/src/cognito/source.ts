import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError, callCognito, callIam, type Endpoint, type QueryValue } from '../service/aws-api.ts';

/** Where a pool is read from: Cognito Identity and IAM, at AWS two places, at anything compatible one. */
export interface Source {
  readonly cognito: Endpoint;
  readonly iam: Endpoint;
}

/** AWS's endpoints for a region. Source: AWS General Reference, "Service endpoints" of Cognito Identity and IAM. */
export function awsPlaces(region: string): {
  readonly cognito: string;
  readonly iam: string;
  iamRegion: string;
} {
  const isChina = region.startsWith('cn-');
  const domain = isChina ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    cognito: `https://cognito-identity.${region}.${domain}`,
    iam: isChina ? `https://iam.cn-north-1.${domain}` : `https://iam.${domain}`,
    iamRegion: isChina ? 'cn-north-1' : 'us-east-1',
  };
}

/** Refusals that mean later, not never. */
const passing = new Set([
  'TooManyRequestsException',
  'Throttling',
  'ThrottlingException',
  'InternalErrorException',
  'ServiceFailure',
  'ServiceUnavailable',
]);
const attempts = 9;
/** Milliseconds before the second attempt; twice as long before each further one. */
const firstPause = 200;

/** Asks again for as long as the answer is that there were too many questions: a big pool takes many. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof AwsError && passing.has(error.code);
      if (!passes || attempt === attempts) throw error;
      await sleep(firstPause * 2 ** (attempt - 1));
    }
  }
}

export function askCognito(
  source: Source,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  return patiently(() => callCognito(source.cognito, operation, input));
}

export function askIam(
  source: Source,
  action: string,
  input: { readonly [member: string]: QueryValue },
): Promise<Record<string, unknown>> {
  return patiently(() => callIam(source.iam, action, input));
}

/** The items of every page that Cognito has. */
export async function* cognitoPages(
  source: Source,
  operation: string,
  member: string,
  input: object,
): AsyncGenerator<unknown> {
  let NextToken: unknown;
  do {
    const page = await askCognito(source, operation, {
      ...input,
      MaxResults: 60,
      ...(NextToken !== undefined && { NextToken }),
    });
    yield* Array.isArray(page[member]) ? page[member] : [];
    NextToken = page.NextToken ?? undefined;
  } while (NextToken !== undefined);
}

/** The items of every page that IAM has. */
export async function iamPages(
  source: Source,
  action: string,
  member: string,
  input: { readonly [member: string]: QueryValue },
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let Marker: string | undefined;
  do {
    const page = await askIam(source, action, { ...input, Marker });
    items.push(...(Array.isArray(page[member]) ? page[member] : []));
    Marker = page.IsTruncated === 'true' ? String(page.Marker) : undefined;
  } while (Marker !== undefined);
  return items;
}
