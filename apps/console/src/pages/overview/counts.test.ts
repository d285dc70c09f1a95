import { describe, expect, it } from 'vitest';
import { type Api, ApiError } from '../../api/client.ts';
import { readXml } from '../../api/xml.ts';
import { allActive, count } from './counts.ts';

const pools = ['one', 'two'].map((name) => ({ IdentityPoolId: `us-east-1:${name}`, IdentityPoolName: name }));

/** A service with two pools, the second of which had more visitors than are counted. */
function service(denied: ReadonlySet<string>): Api {
  const answer = (operation: string, answers: Readonly<Record<string, unknown>>): unknown => {
    if (denied.has(operation)) throw new ApiError('AccessDeniedException', 'no', 'id');
    return answers[operation];
  };
  const sts = () => Promise.reject(new Error('not asked'));
  return {
    async cognito<Answer>(operation: string) {
      return answer(operation, { ListIdentityPools: { IdentityPools: pools } }) as Answer;
    },
    async daypass<Answer>(operation: string, input: object) {
      const isSecond = 'IdentityPoolId' in input && input.IdentityPoolId === 'us-east-1:two';
      const page = isSecond
        ? { Identities: Array(60).fill({}), NextToken: 'more' }
        : { Identities: [{}, {}, {}] };
      return answer(operation, { FindIdentities: page }) as Answer;
    },
    async iam(operation) {
      const list = (name: string) => `<Result><${name}><member/><member/></${name}></Result>`;
      const answers = {
        ListRoles: list('Roles'),
        ListOpenIDConnectProviders: list('OpenIDConnectProviderList'),
        ListSAMLProviders: list('SAMLProviderList'),
      };
      return readXml(String(answer(operation, answers)));
    },
    sts,
  };
}

const counted = (...denied: readonly string[]) => count(service(new Set(denied)));

describe('what there is', () => {
  it('is counted, with the pool first that most came to', async () => {
    const counts = await counted();
    expect(counts).toMatchObject({ pools, roles: 2, providers: 4 });
    expect(counts.active.map(({ identities, more }) => [identities, more])).toEqual([
      [300, true],
      [3, false],
    ]);
    expect(allActive(counts)).toBe('303+');
  });

  it.each([
    ['ListRoles', { pools, roles: undefined, providers: 4 }],
    ['ListSAMLProviders', { pools, roles: 2, providers: undefined }],
    ['ListIdentityPools', { pools: undefined, roles: 2, active: [] }],
    ['FindIdentities', { pools, roles: 2, active: [] }],
  ])('is counted as far as one may know without %s', async (denied, expected) => {
    expect(await counted(denied)).toMatchObject(expected);
  });
});
