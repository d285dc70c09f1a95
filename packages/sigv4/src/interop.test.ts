import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createPayloadVerifier,
  type ParsedSignature,
  type PayloadKind,
  parseSignature,
  payloadKind,
  type SignedHttpRequest,
  signRequest,
  verifyPostPolicy,
  verifySignature,
} from './index.ts';

// What other people's signers really send, verified as a server would: over loopback, from the bytes of the wire.

const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'sec/ret+key',
  sessionToken: 'tok/en+of==',
};
const key = {
  secretKey: credentials.secretAccessKey,
  region: 'us-east-1',
  service: ['s3', 'sts', 'dynamodb'],
};
const run = promisify(execFile);

interface Received {
  readonly parsed: ParsedSignature;
  readonly kind: PayloadKind;
  readonly body: string;
}

/** What came last, or why it was refused. */
let received: Received | Error | undefined;

async function verify(message: IncomingMessage): Promise<Received> {
  const [path = '', query = ''] = (message.url ?? '').split(/\?(.*)/);
  const headers = message.rawHeaders.flatMap((name, index, all): [string, string][] =>
    index % 2 === 0 ? [[name, all[index + 1] ?? '']] : [],
  );
  const request: SignedHttpRequest = { method: message.method ?? '', path, query, headers };
  const parsed = parseSignature(request);
  if (parsed === undefined) throw new Error('no signature');
  const kind = payloadKind(parsed);
  if (kind.kind === 'whole') {
    const body = await buffer(message);
    verifySignature(
      parsed,
      request,
      { ...key, now: Date.now() },
      createHash('sha256').update(body).digest('hex'),
    );
    return { parsed, kind, body: String(body) };
  }
  verifySignature(parsed, request, { ...key, now: Date.now() }, kind.canonical);
  return {
    parsed,
    kind,
    body: String(await buffer(message.pipe(createPayloadVerifier(parsed, key, request)))),
  };
}

const answers = new Map([
  ['sts', '<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>'],
  ['s3', '<?xml version="1.0"?><ListBucketResult/>'],
  ['dynamodb', '{}'],
]);
const server = createServer((message, response) => {
  verify(message).then(
    (result) => {
      received = result;
      response.end(message.method === 'PUT' ? '' : answers.get(result.parsed.scope.service));
    },
    (error) => {
      received = error;
      response.writeHead(400).end();
    },
  );
});

let endpoint = '';
const client = { region: 'us-east-1', credentials, maxAttempts: 1 };
let s3: S3Client;

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  s3 = new S3Client({ ...client, endpoint, forcePathStyle: true });
});
beforeEach(() => {
  received = undefined;
});
afterAll(() => server.close());

function accepted(): Received {
  if (received === undefined) throw new Error('nothing came');
  if (received instanceof Error) throw received;
  return received;
}

/** Not `fetch`, which resolves dot segments before it sends. */
function send(url: string, method = 'GET', body = ''): Promise<void> {
  const path = url.slice(endpoint.length);
  return new Promise((resolve, reject) => {
    httpRequest(endpoint, { method, path }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end(body);
  });
}

const oddKeys = ['plain.txt', "a b+c/ü(1)!*'.txt", '../up', 'a//b/./c', '%2e%25', '~$&@=:,;?#'];

describe('AWS SDK for JavaScript', () => {
  it.each(oddKeys)('puts and gets %s', async (name) => {
    await s3.send(
      new PutObjectCommand({ Bucket: 'b', Key: name, Body: 'hello', Metadata: { a: 'two  spaces' } }),
    );
    expect(accepted()).toMatchObject({
      body: 'hello',
      parsed: { form: 'header', sessionToken: 'tok/en+of==' },
    });
    await s3.send(new GetObjectCommand({ Bucket: 'b', Key: name }));
    expect(accepted().kind.kind).toBe('exact');
  });

  it('lists with a query', async () => {
    await s3.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'a b+ü/&=*', Delimiter: '/' }));
    expect(accepted().parsed.form).toBe('header');
  });

  it.each<ChecksumAlgorithm | undefined>([undefined, 'CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])(
    'streams with a trailer, checksum %s',
    async (algorithm) => {
      const body = 'x'.repeat(300_000);
      const put = new PutObjectCommand({
        Bucket: 'b',
        Key: 'k',
        Body: Readable.from([Buffer.from(body.slice(0, 100_000)), Buffer.from(body.slice(100_000))]),
        ContentLength: body.length,
        ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm }),
      });
      await s3.send(put);
      expect(accepted().kind).toEqual({
        kind: 'streaming',
        canonical: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        signed: false,
        trailer: true,
      });
      expect(accepted().body).toBe(body);
    },
  );

  it.each(oddKeys)('presigns a GET and a PUT of %s', async (name) => {
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'b', Key: name }), { expiresIn: 60 });
    await send(get);
    expect(accepted()).toMatchObject({
      parsed: { form: 'query', expiresSeconds: 60 },
      kind: { kind: 'unsigned' },
    });
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket: 'b', Key: name, ACL: 'private' }));
    await send(put, 'PUT', 'hello');
    expect(accepted()).toMatchObject({ body: 'hello', parsed: { sessionToken: 'tok/en+of==' } });
  });

  it('signs for STS and DynamoDB', async () => {
    await new STSClient({ ...client, endpoint }).send(new GetCallerIdentityCommand());
    expect(accepted()).toMatchObject({ kind: { kind: 'whole' }, parsed: { scope: { service: 'sts' } } });
    await new DynamoDBClient({ ...client, endpoint }).send(
      new GetItemCommand({ TableName: 't', Key: { a: { S: 'ü' } } }),
    );
    expect(accepted().parsed.scope.service).toBe('dynamodb');
  });
});

/** `node:crypto` in the shape that the signer wants. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

describe('@smithy/signature-v4', () => {
  const now = Date.UTC(2026, 10, 23, 12);
  it.each(['s3', 'dynamodb'])('signs for %s as signRequest does', async (service) => {
    const isS3 = service === 's3';
    const smithy = new SignatureV4({
      credentials,
      region: 'us-east-1',
      service,
      sha256: Sha256,
      applyChecksum: isS3,
      uriEscapePath: !isS3,
    });
    const hash = createHash('sha256').update('hello').digest('hex');
    for (const path of ['/', '/b/a%20b', '/b//a/../c/', '/b/%C3%BC%21']) {
      const message = {
        method: 'PUT',
        protocol: 'http:',
        hostname: 'localhost',
        path,
        query: { b: '2 +', a: ['z', 'y'], ü: '' },
        headers: { host: 'localhost', 'content-type': 'text/plain', 'x-amz-meta-a': ' b   c ' },
        body: 'hello',
      };
      const theirs = await smithy.sign(message, { signingDate: new Date(now) });
      const query = 'b=2%20%2B&a=z&a=y&%C3%BC=';
      const request: SignedHttpRequest = {
        method: 'PUT',
        path,
        query,
        headers: Object.entries(message.headers),
      };
      const signer = {
        ...credentials,
        secretKey: credentials.secretAccessKey,
        region: 'us-east-1',
        service,
        now,
      };
      const ours = new Map(signRequest(request, signer, hash));
      expect(ours.get('authorization')).toBe(theirs.headers.authorization);

      const sent: SignedHttpRequest = { ...request, headers: Object.entries(theirs.headers) };
      const parsed = parseSignature(sent);
      if (parsed === undefined) throw new Error('no signature');
      verifySignature(parsed, sent, { ...key, now }, hash);
    }
  });
});

async function present(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => {
      console.log(`${[command, ...args].join(' ')} does not work here: not tried`);
      return false;
    },
  );
}

const folder = await mkdtemp(join(tmpdir(), 'daypass-sigv4-'));
afterAll(() => rm(folder, { recursive: true }));
// Without this setting botocore still presigns for us-east-1 with Signature Version 2.
await writeFile(join(folder, 'config'), '[default]\ns3 =\n    signature_version = s3v4\n');

const environment = {
  ...process.env,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: join(folder, 'config'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  AWS_EC2_METADATA_DISABLED: 'true',
};

describe.runIf(await present('aws', '--version'))('AWS CLI', () => {
  it('signs for S3, STS and DynamoDB', async () => {
    const aws = (...args: string[]) =>
      run('aws', ['--endpoint-url', endpoint, ...args], { env: environment });
    await aws(
      's3api',
      'put-object',
      '--bucket',
      'b',
      '--key',
      "a b+ü(1)!*'/..//x",
      '--body',
      import.meta.filename,
    );
    expect(accepted().body).toContain('AWS CLI');
    await aws('s3api', 'list-objects-v2', '--bucket', 'b', '--prefix', 'a b+ü/&=');
    expect(accepted().kind.kind).toBe('exact');
    const { stdout } = await aws('s3', 'presign', 's3://b/a b+ü', '--expires-in', '60');
    await send(stdout.trim());
    expect(accepted().parsed).toMatchObject({ form: 'query', expiresSeconds: 60 });
    await aws('sts', 'get-caller-identity');
    expect(accepted().parsed.scope.service).toBe('sts');
    await aws('dynamodb', 'get-item', '--table-name', 't', '--key', '{"a":{"S":"ü"}}');
    expect(accepted().parsed.scope.service).toBe('dynamodb');
  });
});

describe.runIf(await present('python3', '-c', 'import boto3'))('boto3', () => {
  it('signs for S3, by header, by presigned URL and by POST form', async () => {
    const script = `
import boto3, io, json, sys
s3 = boto3.client('s3', endpoint_url=sys.argv[1])
s3.put_object(Bucket='b', Key='a b+\u00fc/../x', Body=io.BytesIO(b'hello'), Metadata={'a': 'two  spaces'})
url = s3.generate_presigned_url('get_object', Params={'Bucket': 'b', 'Key': 'a b+\u00fc'}, ExpiresIn=60)
form = s3.generate_presigned_post('b', 'user/\${filename}', Conditions=[['content-length-range', 1, 9]], ExpiresIn=60)
print(json.dumps({'url': url, 'fields': form['fields']}))`;
    const { stdout } = await run('python3', ['-c', script, endpoint], { env: environment });
    expect(accepted().body).toBe('hello');
    const { url, fields }: { url: string; fields: Record<string, string> } = JSON.parse(stdout);
    await send(url);
    expect(accepted().parsed).toMatchObject({ form: 'query', expiresSeconds: 60 });
    const { secretAccessKey: secretKey } = credentials;
    expect(
      verifyPostPolicy(Object.entries({ ...fields, key: 'user/cat.png' }), {
        secretKey,
        now: Date.now(),
        bucket: 'b',
      }),
    ).toEqual({ contentLengthRange: { min: 1, max: 9 } });
  });
});

describe.runIf(await present('curl', '--aws-sigv4', 'aws:amz', '--version'))('curl --aws-sigv4', () => {
  // Versions before 8.3 do not sort or encode the query, and send no x-amz-content-sha256 of their own.
  const curl = (service: string, ...args: string[]) => {
    const user = `${credentials.accessKeyId}:${credentials.secretAccessKey}`;
    return run('curl', ['-sS', '--aws-sigv4', `aws:amz:us-east-1:${service}`, '--user', user, ...args]);
  };

  it('signs for S3', async () => {
    const unsigned = 'x-amz-content-sha256: UNSIGNED-PAYLOAD';
    await curl('s3', '-H', unsigned, '-X', 'PUT', '--data-binary', 'hello', `${endpoint}/b/plain.txt`);
    expect(accepted()).toMatchObject({ body: 'hello', kind: { kind: 'unsigned' } });
  });

  it('signs for STS', async () => {
    await curl('sts', '-d', 'Action=GetCallerIdentity&Version=2011-06-15', `${endpoint}/`);
    expect(accepted().body).toBe('Action=GetCallerIdentity&Version=2011-06-15');
  });
});
