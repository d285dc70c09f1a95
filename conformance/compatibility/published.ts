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
  },
  { id: 'sts', title: 'AWS Security Token Service', operations: modelledOperations(sts) },
  { id: 'iam', title: 'AWS Identity and Access Management', operations: modelledOperations(iam) },
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
