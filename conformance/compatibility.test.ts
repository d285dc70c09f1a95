import { readFileSync } from 'node:fs';
import * as cognitoIdentity from '@aws-sdk/client-cognito-identity';
import { describe, expect, it } from 'vitest';
import { modelledErrors } from './compatibility/model.ts';
import { currentPage, pageFile, recordedAnswers, services } from './compatibility/published.ts';

describe('the compatibility page', () => {
  const answers = recordedAnswers().flatMap((run) => run.answers);

  it('is what the recorded runs make: otherwise run scripts/compatibility.ts', () => {
    expect(readFileSync(pageFile, 'utf8')).toBe(currentPage());
  });

  it.each(services)('has every operation of the model of $title', ({ id, operations }) => {
    const asked = new Set(answers.filter(({ service }) => service === id).map(({ operation }) => operation));
    expect([...asked].sort()).toEqual(operations);
  });

  it('has every error of the model of Amazon Cognito Identity, or says when it comes', () => {
    const met = answers.flatMap(({ service, code }) =>
      service === 'cognito-identity' && code ? [code] : [],
    );
    const unmet = services.flatMap((service) => [...service.unmet.keys()]);
    expect(modelledErrors(cognitoIdentity).filter((name) => !met.includes(name))).toEqual(unmet);
  });

  it('knows no answer that is a fault of the service', () => {
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });
});
