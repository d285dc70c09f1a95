import { describe, expect, it } from 'vitest';
import { cognitoIdentityOperations } from '../api/cognito-identity/operations.ts';
import { daypassOperations } from '../api/daypass/operations.ts';
import { iamOperations } from '../api/iam/operations.ts';
import type { Shape } from '../api/protocol/shape.ts';
import { stsOperations } from '../api/sts/operations.ts';
import { requestParameters, responseElements } from './redact.ts';

const secret = 'kept-from-everyone';
const operations = [...cognitoIdentityOperations, ...daypassOperations, ...iamOperations, ...stsOperations];

/** A value of the shape in which everything that must not be shown, and only that, is the secret. */
function filled(shape: Shape): unknown {
  switch (shape.kind) {
    case 'string':
      return shape.sensitive ? secret : 'shown';
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'list':
      return [filled(shape.member)];
    case 'map':
      return { 'login.test': filled(shape.value) };
    case 'structure':
      return Object.fromEntries(
        Object.entries(shape.members).map(([name, member]) => [
          name,
          filled('required' in member ? member.required : member),
        ]),
      );
  }
}

describe('the parameters of a request', () => {
  it.each(operations.map(({ name, input }) => [name, input] as const))(
    'to %s have nothing that its shape calls sensitive',
    (_name, input) => {
      const shown = JSON.stringify(requestParameters(filled(input) as Record<string, unknown>));
      expect(shown).not.toContain(secret);
    },
  );

  it('name the providers of logins, not the tokens', () => {
    const Logins = { 'accounts.google.com': 'eyJ…', 'graph.facebook.com': 'EAA…' };
    expect(requestParameters({ IdentityId: 'us-east-1:a', Logins })).toEqual({
      IdentityId: 'us-east-1:a',
      Logins: ['accounts.google.com', 'graph.facebook.com'],
    });
    expect(requestParameters({ Logins: 'eyJ…' })).toEqual({ Logins: 'HIDDEN_DUE_TO_SECURITY_REASONS' });
  });

  it('have the key of a Twitter app without its secret', () => {
    const SupportedLoginProviders = {
      'api.twitter.com': 'consumer;very-secret',
      'graph.facebook.com': '123',
    };
    expect(requestParameters({ SupportedLoginProviders })).toEqual({
      SupportedLoginProviders: { 'api.twitter.com': 'consumer', 'graph.facebook.com': '123' },
    });
  });

  it.each(['WebIdentityToken', 'SAMLAssertion', 'TokenCode', 'NewPassword', 'ContextAssertion', 'SecretKey'])(
    'never have %s, at any depth',
    (name) => {
      expect(JSON.stringify(requestParameters({ list: [{ deep: { [name]: secret } }] }))).not.toContain(
        secret,
      );
    },
  );

  it('are cut where they are long or deep', () => {
    let deep: object = { secret };
    for (let level = 0; level < 1000; level++) deep = { deep };
    const shown = requestParameters({ PolicyDocument: 'x'.repeat(100_000), deep });
    expect(JSON.stringify(shown).length).toBeLessThan(3000);
  });
});

describe('the elements of an answer', () => {
  it('are what it is about, and never credentials', () => {
    const output = {
      IdentityId: 'us-east-1:a',
      Token: secret,
      Credentials: {
        AccessKeyId: 'ASIA1',
        SecretKey: secret,
        SecretAccessKey: secret,
        SessionToken: secret,
        Expiration: new Date(0),
      },
      AccessKey: { UserName: 'ada', AccessKeyId: 'AKIA1', SecretAccessKey: secret },
      Steps: [{ Detail: secret }],
    };
    expect(responseElements(output)).toEqual({
      IdentityId: 'us-east-1:a',
      Credentials: { AccessKeyId: 'ASIA1', Expiration: new Date(0) },
      AccessKey: { UserName: 'ada', AccessKeyId: 'AKIA1' },
    });
  });

  it('are null when there is nothing to say', () => {
    expect(responseElements(undefined)).toBeNull();
    expect(responseElements({ Token: secret })).toBeNull();
  });
});
