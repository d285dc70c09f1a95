import type { ElementList, Policy, PolicyKind, PolicyVersion, Statement } from './document.ts';
import { readJson } from './json.ts';
import { parseConditions } from './parse-condition.ts';
import { parsePrincipal, requireCognitoCondition } from './parse-principal.ts';
import { parseResources } from './parse-resource.ts';
import { elementsOf, fail, type Place, SYNTAX, stringOf, stringsOf } from './place.ts';

/** How IAM words one mistake in a permissions policy, and how in a role trust policy or a bucket policy. */
const TEXTS = {
  json: [SYNTAX, 'This policy contains invalid Json'],
  version: [SYNTAX, 'The policy must contain a valid version string'],
  statement: [SYNTAX, 'Could not parse the policy: Statement is empty!'],
  effect: [SYNTAX, 'Missing required field Effect'],
  action: ['Policy statement must contain actions.', 'Missing required field Action'],
  resource: ['Policy statement must contain resources.', 'Missing required field Resource'],
  sid: [
    'Statement IDs (SID) in a single policy must be unique.',
    'The Statement Ids in the policy are not unique',
  ],
} as const;

/** What a role trust policy may speak of; `sts:AssumeRole…` stands for the three ways to assume a role. */
const TRUST_ACTIONS = /^sts:(?:assumerole[a-z*?]*|tagsession|setsourceidentity|setcontext)$/i;

/**
 * Reads a policy and checks it against the grammar and the rules of its kind.
 *
 * Stricter than IAM where a policy could never mean what it says: a condition value that is not of its operator's type
 * is refused, for one. Limits of size are the caller's.
 * Source: IAM User Guide, "Grammar of the IAM JSON policy language".
 *
 * @throws PolicySyntaxError
 */
export function parsePolicy(json: string, kind: PolicyKind): Policy {
  const document: Place = { node: readJson(json, text('json', kind)), path: '' };
  const elements = elementsOf(document, ['Version', 'Id', 'Statement']);

  const version = parseVersion(elements.get('Version'), kind);
  const id = elements.get('Id');
  const statement = elements.get('Statement');
  if (statement === undefined)
    fail(document, text('statement', kind), 'a policy needs the element Statement');
  const { node, path } = statement;
  const places =
    node.type === 'array'
      ? node.items.map((item, i) => ({ node: item, path: `${path}[${i}]` }))
      : [statement];
  if (places.length === 0) fail(statement, text('statement', kind), 'Statement is an empty list');

  const statements = places.map((place) => parseStatement(place, kind, version));
  const sids = new Map<string, number>();
  for (const [i, { sid = '' }] of statements.entries()) {
    const first = sids.get(sid);
    if (first !== undefined) {
      fail(
        places[i] ?? statement,
        text('sid', kind),
        `the Sid ${JSON.stringify(sid)} is already Statement[${first}]'s`,
      );
    }
    if (sid !== '') sids.set(sid, i);
  }
  return { kind, version, ...(id === undefined ? {} : { id: stringOf(id) }), statements };
}

function text(mistake: keyof typeof TEXTS, kind: PolicyKind): string {
  return TEXTS[mistake][namesPrincipals(kind) ? 1 : 0];
}

function namesPrincipals(kind: PolicyKind): boolean {
  return kind === 'trust' || kind === 'resource';
}

function parseVersion(place: Place | undefined, kind: PolicyKind): PolicyVersion {
  if (place === undefined) return '2008-10-17';
  const { node } = place;
  if (node.type === 'string' && (node.value === '2012-10-17' || node.value === '2008-10-17'))
    return node.value;
  return fail(place, text('version', kind), 'Version is "2012-10-17" or "2008-10-17"');
}

function parseStatement(place: Place, kind: PolicyKind, version: PolicyVersion): Statement {
  const elements = elementsOf(place, [
    'Sid',
    'Effect',
    'Principal',
    'NotPrincipal',
    'Action',
    'NotAction',
    'Resource',
    'NotResource',
    'Condition',
  ]);
  const variables = version === '2012-10-17';
  const sid = parseSid(elements.get('Sid'), kind);
  const effect = parseEffect(place, elements.get('Effect'), kind);
  const principal = parsePrincipal(place, elements, kind, effect);
  const action = parseActions(place, elements, kind);
  const resource = parseResources(place, elements, kind, variables, text('resource', kind));
  const conditions = parseConditions(elements.get('Condition'), variables);
  if (kind === 'trust') requireCognitoCondition(place, effect, principal, conditions);
  return {
    ...(sid === undefined ? {} : { sid }),
    effect,
    ...(principal === undefined ? {} : { principal }),
    action,
    ...(resource === undefined ? {} : { resource }),
    conditions,
  };
}

function parseSid(place: Place | undefined, kind: PolicyKind): string | undefined {
  if (place === undefined) return undefined;
  const sid = stringOf(place);
  if (!namesPrincipals(kind) && !/^[0-9A-Za-z]*$/.test(sid)) {
    fail(
      place,
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      `${JSON.stringify(sid)} has other characters than letters and digits`,
    );
  }
  return sid;
}

function parseEffect(statement: Place, place: Place | undefined, kind: PolicyKind): 'Allow' | 'Deny' {
  if (place === undefined)
    return fail(statement, text('effect', kind), 'a statement needs the element Effect');
  const { node } = place;
  if (node.type === 'string' && (node.value === 'Allow' || node.value === 'Deny')) return node.value;
  const message = namesPrincipals(kind) && node.type === 'string' ? `Invalid effect: ${node.value}` : SYNTAX;
  return fail(place, message, 'Effect is "Allow" or "Deny"');
}

function parseActions(statement: Place, elements: ReadonlyMap<string, Place>, kind: PolicyKind): ElementList {
  const action = elements.get('Action');
  const notAction = elements.get('NotAction');
  if (action !== undefined && notAction !== undefined) {
    fail(notAction, SYNTAX, 'a statement has either Action or NotAction');
  }
  const place = action ?? notAction;
  if (place === undefined)
    return fail(statement, text('action', kind), 'a statement needs Action or NotAction');
  const values = stringsOf(place);
  if (values.length === 0) fail(place, text('action', kind), 'the list is empty');
  for (const value of values) checkAction(value, kind);
  return { negated: action === undefined, values: values.map((value) => value.text) };
}

/** `*`, or one service and one action name with `*` and `?` in the name. */
function checkAction(value: Place & { readonly text: string }, kind: PolicyKind): void {
  const [vendor = '', name, ...more] = value.text.split(':');
  if (kind === 'trust' && !TRUST_ACTIONS.test(value.text)) {
    fail(
      value,
      'AssumeRole policy may only specify STS AssumeRole actions.',
      `${JSON.stringify(value.text)} is none of sts:AssumeRole, sts:AssumeRoleWithWebIdentity, sts:AssumeRoleWithSAML, sts:TagSession, sts:SetSourceIdentity, sts:SetContext`,
    );
  }
  if (value.text === '*') return;
  if (name === undefined) {
    fail(
      value,
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      `an action is "*" or service:Action, not ${JSON.stringify(value.text)}`,
    );
  }
  if (more.length > 0)
    fail(value, 'Actions/Condition can contain only one colon.', JSON.stringify(value.text));
  if (vendor !== '*' && !/^[a-zA-Z0-9.-]+$/.test(vendor)) {
    fail(
      value,
      `Vendor ${vendor} is not valid`,
      'a service name has letters, digits, "." and "-", or is "*"',
    );
  }
}
