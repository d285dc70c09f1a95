import { createPublicKey, verify } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { systemClock } from '../packages/server/src/clock.ts';
import { pool, TestIssuer } from '../packages/server/src/tokens/testing/issuer.ts';
import { createTokenVerifier } from '../packages/server/src/tokens/verifier.ts';

const key = 'login.example.test';
const issuer = `https://${key}`;
const audience = 'game';
const distinct = 4_000;
const rounds = 9;

/** One round of verifying every token once; `again` verifies the same tokens a second time. */
interface Contender {
  readonly name: string;
  readonly prepare: () => Promise<{
    readonly verify: (token: string) => unknown;
    readonly isAsync: boolean;
    readonly end?: () => void;
  }>;
}

/**
 * Verifies the same id tokens (RS256, 2,048 bits) with Daypass, aws-jwt-verify, jose and bare node:crypto, in turn
 * and in one process: each token once (cold) and once more (warm). Every verification also checks issuer, audience
 * and expiry, except for bare node:crypto, which is the limit.
 */
export async function run(): Promise<void> {
  const provider = await TestIssuer.start(key, systemClock);
  const tokens = await Promise.all(
    Array.from({ length: distinct }, (_, i) =>
      provider.token({ aud: audience, sub: `user-${i}`, name: 'Alice Example', email: 'alice@example.test' }),
    ),
  );
  const contenders = [daypass(provider), awsJwtVerify(provider), jose(provider), bare(provider)];
  const cold = new Map<string, number[]>();
  const warm = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, prepare } of contenders) {
      const contender = await prepare();
      for (const times of [cold, warm]) {
        times.set(name, [...(times.get(name) ?? []), await microseconds(contender, tokens)]);
      }
      contender.end?.();
    }
  }
  await provider.close();
  console.log(`${distinct} id tokens of ${tokens[0]?.length} characters, median of ${rounds} rounds\n`);
  report('cold: every token for the first time', cold);
  report('warm: every token once more', warm);
}

/**
 * Mean processor time of one verification, all threads together: other work on the machine does not count, work handed
 * to other threads does. Tokens are made anew, as they come from the network: nothing about them is known.
 */
async function microseconds(
  { verify, isAsync }: Awaited<ReturnType<Contender['prepare']>>,
  tokens: readonly string[],
): Promise<number> {
  const received = tokens.map((token) => Buffer.from(token).toString('latin1'));
  const start = process.cpuUsage();
  if (isAsync) for (const token of received) await verify(token);
  else for (const token of received) verify(token);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / tokens.length;
}

function report(title: string, times: ReadonlyMap<string, readonly number[]>): void {
  const medians = [...times].map(([name, values]) => ({
    name,
    median: [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN,
  }));
  const ours = medians[0]?.median ?? Number.NaN;
  console.log(title);
  for (const { name, median } of medians.slice(1)) {
    console.log(`  ${(median / ours).toFixed(2)} × ${name}`);
  }
  for (const { name, median } of medians) {
    console.log(
      `  ${name.padEnd(24)} ${median.toFixed(1).padStart(6)} µs ${String(Math.round(1e6 / median)).padStart(8)}/s`,
    );
  }
  console.log();
}

function daypass(provider: TestIssuer): Contender {
  const providers = pool({
    openIdConnectProviders: [{ arn: 'arn', url: issuer, clientIds: [audience], thumbprints: [] }],
  });
  return {
    name: 'Daypass',
    async prepare() {
      const verifier = createTokenVerifier({ clock: systemClock, overrides: provider.overrides });
      await verifier.verify(key, await provider.token({ aud: audience }), providers);
      return {
        verify: (token) => verifier.verify(key, token, providers),
        isAsync: true,
        end: () => verifier.close(),
      };
    },
  };
}

function awsJwtVerify(provider: TestIssuer): Contender {
  return {
    name: 'aws-jwt-verify verifySync',
    async prepare() {
      const verifier = JwtVerifier.create({ issuer, audience });
      verifier.cacheJwks(JSON.parse(JSON.stringify({ keys: provider.published })));
      return { verify: (token) => verifier.verifySync(token), isAsync: false };
    },
  };
}

function jose(provider: TestIssuer): Contender {
  return {
    name: 'jose jwtVerify',
    async prepare() {
      const keys = createLocalJWKSet({ keys: [...provider.published] });
      return { verify: (token) => jwtVerify(token, keys, { issuer, audience }), isAsync: true };
    },
  };
}

function bare(provider: TestIssuer): Contender {
  return {
    name: 'node:crypto alone',
    async prepare() {
      const publicKey = createPublicKey({ key: { ...provider.published[0] }, format: 'jwk' });
      return {
        isAsync: false,
        verify(token) {
          const end = token.lastIndexOf('.');
          const signature = Buffer.from(token.slice(end + 1), 'base64url');
          if (!verify('sha256', Buffer.from(token.slice(0, end)), publicKey, signature))
            throw new Error(token);
        },
      };
    },
  };
}
