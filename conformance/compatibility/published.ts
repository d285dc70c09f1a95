import { readFileSync } from 'node:fs';
import * as cognitoIdentity from '@aws-sdk/client-cognito-identity';
import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import { type Answers, readAnswers, recordedRuns } from './answers.ts';
import { modelledOperations } from './model.ts';
import { type ModelledService, renderPage } from './page.ts';

/** Where the page lies. */
export const pageFile = new URL('../../docs/compatibility.md', import.meta.url);

export const services: readonly ModelledService[] = [
  {
    id: 'cognito-identity',
    title: 'Amazon Cognito Identity',
    operations: modelledOperations(cognitoIdentity),
    unmet: new Map([
      ['ConcurrentModificationException', 'a change of a pool is overtaken twenty times by others'],
      ['InternalErrorException', 'a fault of Daypass'],
      ['LimitExceededException', 'never: the quotas of an AWS account do not hold here'],
      ['TooManyRequestsException', 'too many changes of one identity at the same time'],
    ]),
  },
  {
    id: 'sts',
    title: 'AWS Security Token Service',
    operations: modelledOperations(sts),
    unmet: new Map(),
  },
  {
    id: 'iam',
    title: 'AWS Identity and Access Management',
    operations: modelledOperations(iam),
    unmet: new Map(),
  },
];

/** The answers of every run that was recorded. */
export function recordedAnswers(): readonly Answers[] {
  return recordedRuns().flatMap((run) => readAnswers(run) ?? []);
}

/** The page that the recorded runs make. */
export function currentPage(): string {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const clients = [
    '@aws-sdk/client-cognito-identity',
    '@aws-sdk/client-sts',
    '@aws-sdk/client-iam',
    'aws-amplify',
  ];
  return renderPage(
    services,
    recordedAnswers(),
    clients.map((name) => ({ name, version: dependencies[name] ?? '' })),
  );
}
