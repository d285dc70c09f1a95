import { describe, expect, it } from 'vitest';
import { route } from './route.ts';

const services = new Map([['sqs', 'a handler']]);
const signedFor = (service: string) =>
  [
    'authorization',
    `AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  ] as const;

describe('the console', () => {
  it.each([
    ['the service', 'id.example.com', 'console'],
    ['the S3 domain itself', 's3.example.com', 'console'],
    ['a bucket', 'notes.s3.example.com', 's3'],
    ['a bucket, with a port', 'Notes.S3.example.com:8443', 's3'],
  ])('on the host of %s', (_what, host, to) => {
    const request = {
      method: 'GET',
      path: '/_daypass/console/',
      query: '',
      headers: [['host', host]] as const,
    };
    expect(route(request, services, 's3.example.com')).toEqual({ to });
    expect(route(request, services)).toEqual({ to: 'console' });
  });
});

describe('a request signed for a service behind the gateway', () => {
  it.each([
    ['with a target', '/', ['x-amz-target', 'AmazonSQS.SendMessage']],
    ['with the target of another service', '/', ['x-amz-target', 'DynamoDB_20120810.GetItem']],
    ['with a form', '/', ['content-type', 'application/x-www-form-urlencoded']],
    ['with a path', '/queue/moves', ['x-own', '1']],
  ] as const)('goes there %s', (_what, path, header) => {
    const request = { method: 'POST', path, query: '', headers: [header, signedFor('sqs')] };
    expect(route(request, services)).toEqual({ to: 'service', name: 'sqs' });
    expect(route(request, new Map())).not.toMatchObject({ to: 'service' });
  });

  it.each([
    ['a reserved path', '/_daypass/health', signedFor('sqs'), 'health'],
    ['a service that has no backend', '/bucket', signedFor('sns'), 's3'],
  ] as const)('does not for %s', (_what, path, header, to) => {
    expect(route({ method: 'GET', path, query: '', headers: [header] }, services)).toMatchObject({ to });
  });
});
