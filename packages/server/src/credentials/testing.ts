import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test's STS was asked: the fields of the form. */
export type Asked = Readonly<Record<string, string>>;

/** An STS on loopback that answers as a test wants, and remembers what it was asked. */
export interface TestSts {
  readonly url: string;
  readonly asked: Asked[];
  /** Requests that have not been answered yet, and the most there were at one time. */
  readonly open: { now: number; most: number };
  /** Sockets that were opened so far. */
  connections(): number;
  answer: (response: ServerResponse, asked: Asked) => void;
  close(): Promise<void>;
}

export async function startTestSts(): Promise<TestSts> {
  const asked: Asked[] = [];
  const open = { now: 0, most: 0 };
  let connections = 0;
  const server = createServer((request, response) => {
    open.now++;
    open.most = Math.max(open.most, open.now);
    response.once('close', () => open.now--);
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(body));
      asked.push(fields);
      sts.answer(response, fields);
    });
  }).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sts: TestSts = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    open,
    connections: () => connections,
    answer: answerCredentials(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sts;
}

/** Credentials that are numbered, and valid as long as was asked for from `now` (milliseconds) on. */
export function answerCredentials(now: () => number = Date.now): TestSts['answer'] {
  let number = 0;
  return (response, { DurationSeconds }) => {
    number++;
    const expiration = new Date(now() + Number(DurationSeconds) * 1000).toISOString();
    response.setHeader('content-type', 'text/xml').end(`<AssumeRoleWithWebIdentityResponse>
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/There/name</Arn></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAFOREIGN${number}</AccessKeyId>
      <SecretAccessKey>secret&amp;/+=</SecretAccessKey>
      <SessionToken>token${number}</SessionToken>
      <Expiration>${expiration}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`);
  };
}

/** An error in the form of AWS Query. */
export function answerError(status: number, code: string, message = ''): TestSts['answer'] {
  return (response) => {
    response.statusCode = status;
    response.end(
      `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    );
  };
}
