import { compilePolicy, type Explanation, explain, parsePolicy } from '@daypass/policy';
import type { Role, RolePolicy } from '../../api/roles.ts';

/** Who asks for what. */
export interface Question {
  readonly role: Role;
  readonly policies: readonly RolePolicy[];
  readonly boundary: RolePolicy | undefined;
  readonly account: string;
  readonly poolId: string;
  /** Empty: any identity, so that variables of the identity have no value. */
  readonly identityId: string;
  readonly guest: boolean;
  readonly action: string;
  readonly resource: string;
  /** More condition keys of the request. */
  readonly keys: ReadonlyMap<string, string>;
}

/** What a role's policies say to a request, by the evaluator that the service itself decides with. */
export function decide(question: Question): Explanation {
  const { role, policies, boundary, account, poolId, identityId, guest, action, resource, keys } = question;
  const provider = 'cognito-identity.amazonaws.com';
  const context = new Map<string, string | readonly string[]>([
    ['aws:principalarn', role.arn],
    ['aws:principalaccount', account],
    ['aws:principaltype', 'AssumedRole'],
    ['aws:federatedprovider', provider],
    [`${provider}:aud`, poolId],
    [`${provider}:amr`, [guest ? 'unauthenticated' : 'authenticated']],
    ...(identityId === '' ? [] : ([[`${provider}:sub`, identityId]] as const)),
    ...keys,
  ]);
  return explain(
    {
      identity: policies.map(compiled),
      ...(boundary !== undefined && { boundary: compiled(boundary) }),
    },
    { action, resource, context },
  );
}

function compiled({ name, document }: RolePolicy) {
  return compilePolicy(parsePolicy(document, 'identity'), name);
}

/** The statements of a policy's text, each as indented JSON, in the order they are decided in. */
export function statementsOf({ document }: RolePolicy): readonly string[] {
  const { Statement }: { Statement: object | readonly object[] } = JSON.parse(document);
  return [Statement].flat().map((statement) => JSON.stringify(statement, undefined, 2));
}

/** `key = value` lines as condition keys; names in lower case. */
export function readKeys(text: string): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) keys.set(key.toLowerCase(), value);
  }
  return keys;
}
