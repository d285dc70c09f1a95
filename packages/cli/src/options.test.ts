import { describe, expect, it } from 'vitest';
import {
  parseAccount,
  parseAmount,
  parseAudit,
  parseClaim,
  parseCount,
  parseDomain,
  parsePort,
  parsePrivateProvider,
  parseProviderOverride,
  parseRegion,
  parseServiceBackend,
  parseStore,
  parseSubresources,
  parseUrl,
  parseWebhook,
  parseWorkers,
} from './options.ts';

describe('options', () => {
  it.each([
    ['a port', parsePort, '4100', 4100],
    ['any free port', parsePort, '0', 0],
    ['the highest port', parsePort, '65535', 65_535],
    ['a number of workers', parseWorkers, '4', 4],
    ['a rate', parseAmount, '0.5', 0.5],
    ['no rate', parseAmount, '0', 0],
    ['a count', parseCount, '16384', 16_384],
    ['an account', parseAccount, '000000000000', '000000000000'],
    ['a region', parseRegion, 'eu-central-1', 'eu-central-1'],
    ['the embedded store', parseStore, 'sqlite', 'sqlite'],
    ['a PostgreSQL store', parseStore, 'postgres://db/daypass', 'postgres://db/daypass'],
    ['a webhook', parseWebhook, 'https://app.test/hook', 'https://app.test/hook'],
    ['a webhook on this machine', parseWebhook, 'http://[::1]:9/', 'http://[::1]:9/'],
    ['a URL', parseUrl, 'http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['a domain', parseDomain, 's3.example.com', 's3.example.com'],
    ['this machine as a domain', parseDomain, 'localhost', 'localhost'],
    ['sub-resources', parseSubresources, 'acl, POST uploads', ['acl', 'POST uploads']],
  ])('take %s', (_what, parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    ['a port that is no number', parsePort, 'http'],
    ['a port with a sign', parsePort, '-1'],
    ['a port with a fraction', parsePort, '80.5'],
    ['a port too high', parsePort, '65536'],
    ['no port', parsePort, ''],
    ['no workers', parseWorkers, '0'],
    ['a rate with a sign', parseAmount, '-1'],
    ['a rate without a number', parseAmount, '.'],
    ['half a proxy', parseCount, '0.5'],
    ['too many workers', parseWorkers, '257'],
    ['an account of 11 digits', parseAccount, '00000000000'],
    ['a region with a colon', parseRegion, 'us:east'],
    ['a region in capitals', parseRegion, 'US-EAST-1'],
    ['an unknown store', parseStore, 'mysql://db'],
    ['a store without a host', parseStore, 'postgres://'],
    ['a URL without a scheme', parseUrl, 'localhost:9000'],
    ['a file', parseUrl, 'file:///etc/passwd'],
    ['a domain with a port', parseDomain, 's3.example.com:80'],
    ['a domain of one label', parseDomain, 's3'],
    ['a sub-resource with a value', parseSubresources, 'versionId=1'],
    ['no sub-resource', parseSubresources, ''],
    ['a webhook that can be overheard', parseWebhook, 'http://app.test/hook'],
    ['a URL with credentials', parseUrl, 'http://me:secret@127.0.0.1'],
  ])('refuse %s', (_what, parse, text) => {
    expect(() => parse(text)).toThrow();
  });
});

describe('--service-backend', () => {
  it('takes one or several, and adds to the ones before', () => {
    const first = parseServiceBackend('sqs=http://127.0.0.1:9324, sns=http://127.0.0.1:4575', {});
    expect(parseServiceBackend('kinesis=https://k.test', first)).toEqual({
      sqs: 'http://127.0.0.1:9324',
      sns: 'http://127.0.0.1:4575',
      kinesis: 'https://k.test',
    });
  });

  it.each(['sqs', '=http://127.0.0.1', 'SQS=http://127.0.0.1', 'sqs=', 'sqs=ftp://127.0.0.1'])(
    'refuses %s',
    (text) => {
      expect(() => parseServiceBackend(text, {})).toThrow();
    },
  );
});

describe('--provider-override', () => {
  it.each([
    ['one', 'accounts.google.com=https://google.test', { 'accounts.google.com': 'https://google.test' }],
    ['a key with a path', 'id.test/tenant=https://x.test/y', { 'id.test/tenant': 'https://x.test/y' }],
    ['a URL with an equals sign', 'id.test=https://x.test/?a=b', { 'id.test': 'https://x.test/?a=b' }],
    [
      'several',
      'a.test=https://a.x, b.test=https://b.x',
      { 'a.test': 'https://a.x', 'b.test': 'https://b.x' },
    ],
    ['http on loopback', 'a.test=http://127.0.0.1:80', { 'a.test': 'http://127.0.0.1:80' }],
    ['http on IPv6 loopback', 'a.test=http://[::1]:80', { 'a.test': 'http://[::1]:80' }],
  ])('takes %s', (_what, text, overrides) => {
    expect(parseProviderOverride(text, {})).toEqual(overrides);
  });

  it('adds to the ones before it', () => {
    const first = parseProviderOverride('a.test=https://a.x', {});
    expect(parseProviderOverride('b.test=https://b.x', first)).toEqual({
      'a.test': 'https://a.x',
      'b.test': 'https://b.x',
    });
  });

  it.each([
    ['no URL', 'accounts.google.com'],
    ['no key', '=https://google.test'],
    ['an empty text', ''],
    ['http elsewhere', 'accounts.google.com=http://google.test'],
    ['http at a name that only begins like loopback', 'a.test=http://127.0.0.1.example.com'],
    ['another scheme', 'a.test=ftp://127.0.0.1'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseProviderOverride(text, {})).toThrow();
  });
});

describe('--console-admin-claim', () => {
  it.each([
    ['a value', 'groups=admins', { groups: ['admins'] }],
    ['a value with commas and equals signs', 'groups=CN=admins,DC=corp', { groups: ['CN=admins,DC=corp'] }],
    ['a claim named by a URL', 'https://corp.test/roles=admin', { 'https://corp.test/roles': ['admin'] }],
  ])('takes %s', (_what, text, claims) => {
    expect(parseClaim(text, {})).toEqual(claims);
  });

  it('adds to the ones before it', () => {
    const first = parseClaim('groups=admins', {});
    expect(parseClaim('email=ada@example.com', parseClaim('groups=operators', first))).toEqual({
      groups: ['admins', 'operators'],
      email: ['ada@example.com'],
    });
  });

  it.each(['groups', '=admins', 'groups=', ''])('refuses %j', (text) => {
    expect(() => parseClaim(text, {})).toThrow();
  });
});

describe('--private-provider', () => {
  it.each([
    ['a host', 'id.internal', ['id.internal']],
    ['a host with a path', 'id.internal/realms/app', ['id.internal/realms/app']],
    ['several', 'id.internal, sso.internal/a', ['id.internal', 'sso.internal/a']],
    ['any', '*', ['*']],
  ])('takes %s', (_what, text, keys) => {
    expect(parsePrivateProvider(text, [])).toEqual(keys);
    expect(parsePrivateProvider(text, ['before'])).toEqual(['before', ...keys]);
  });

  it.each(['', 'https://id.internal', '10.0.0.0/8 ,', '*.internal', 'id.internal:8443'])(
    'refuses %j',
    (text) => expect(() => parsePrivateProvider(text, [])).toThrow(),
  );
});

describe('--audit', () => {
  it.each([
    ['a file', 'file:/var/log/daypass.jsonl', ['file:/var/log/daypass.jsonl']],
    ['stdout and a webhook', 'stdout, https://a.test/hook?x=y', ['stdout', 'https://a.test/hook?x=y']],
    ['a webhook on loopback', 'http://127.0.0.1:80/', ['http://127.0.0.1:80/']],
  ])('takes %s', (_what, text, destinations) => {
    expect(parseAudit(text, [])).toEqual(destinations);
    expect(parseAudit(text, ['file:x'])).toEqual(['file:x', ...destinations]);
  });

  it.each(['', 'file:', 'syslog', 'http://a.test/', 'https://me:secret@a.test/', 'stdout,,'])(
    'refuses %j',
    (text) => expect(() => parseAudit(text, [])).toThrow(),
  );
});
