import type { PrincipalElement, PrincipalEntry } from './document.ts';

/**
 * Who makes a request, in all the names a resource or trust policy may give him. An anonymous request has none.
 * A federated sign-in that asks for a role has `federated` only.
 */
export interface PrincipalSet {
  /** Twelve digits. */
  readonly account?: string;
  /** The user, role session (`arn:aws:sts::…:assumed-role/…`), federated user session or root itself. */
  readonly arn?: string;
  /** The role behind a role session, the user behind a federated user session. */
  readonly issuerArn?: string;
  /** `cognito-identity.amazonaws.com`, `accounts.google.com`, …, or the ARN of an OIDC or SAML provider. */
  readonly federated?: string;
  /** `s3.amazonaws.com`. */
  readonly service?: string;
  readonly canonicalUser?: string;
}

/**
 * How closely a statement names a principal: himself (or everybody), only the role or user behind his session, or only
 * his account, which merely lets the account's own policies decide.
 * Source: IAM User Guide, "Policy evaluation logic", resource-based policies.
 */
export type PrincipalMatch = 'none' | 'account' | 'issuer' | 'self';

export interface CompiledPrincipal {
  readonly source: PrincipalElement;
  readonly anyone: boolean;
  readonly accounts: ReadonlySet<string>;
  readonly arns: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly canonicalUsers: ReadonlySet<string>;
}

const ACCOUNT = /^(?:arn:[^:]+:iam::(\d{12}):root|(\d{12}))$/;

export function compilePrincipal(source: PrincipalElement): CompiledPrincipal {
  const of = (type: PrincipalEntry['type']): string[] =>
    source.entries.filter((entry) => entry.type === type).map((entry) => entry.value);
  const aws = of('AWS');
  return {
    source,
    anyone: aws.includes('*'),
    accounts: new Set(aws.map(accountOf).filter((account) => account !== undefined)),
    arns: new Set(aws.filter((value) => value !== '*' && accountOf(value) === undefined)),
    federated: new Set(of('Federated')),
    services: new Set(of('Service')),
    canonicalUsers: new Set(of('CanonicalUser')),
  };
}

function accountOf(value: string): string | undefined {
  const [, fromArn, plain] = ACCOUNT.exec(value) ?? [];
  return fromArn ?? plain;
}

/**
 * How closely the Principal or NotPrincipal element of an Allow or Deny statement names the principal.
 *
 * NotPrincipal in a Deny spares nobody who has a permissions boundary (`bounded`).
 * Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
 */
export function matchPrincipal(
  element: CompiledPrincipal,
  principal: PrincipalSet,
  effect: 'Allow' | 'Deny',
  bounded: boolean,
): PrincipalMatch {
  if (!element.source.negated) return closest(element, principal);
  if (effect === 'Allow') return closest(element, principal) === 'none' ? 'self' : 'none';
  return !bounded && namesAllOf(element, principal) ? 'none' : 'self';
}

function closest(element: CompiledPrincipal, principal: PrincipalSet): PrincipalMatch {
  const { account, arn, issuerArn, federated, service, canonicalUser } = principal;
  if (element.anyone) return 'self';
  if (arn !== undefined && (element.arns.has(arn) || namesRoot(element, principal))) return 'self';
  if (federated !== undefined && element.federated.has(federated)) return 'self';
  if (service !== undefined && element.services.has(service)) return 'self';
  if (canonicalUser !== undefined && element.canonicalUsers.has(canonicalUser)) return 'self';
  if (issuerArn !== undefined && element.arns.has(issuerArn)) return 'issuer';
  return account !== undefined && element.accounts.has(account) ? 'account' : 'none';
}

/** Root is the account itself: whoever names the account names him. */
function namesRoot(element: CompiledPrincipal, { account, arn = '' }: PrincipalSet): boolean {
  return account !== undefined && element.accounts.has(account) && arn.endsWith(`:iam::${account}:root`);
}

/**
 * Whether NotPrincipal in a Deny spares the principal: AWS asks for every one of his names (session, role, account),
 * since a name left out may be denied on its own. Source: IAM User Guide, "NotPrincipal with Deny".
 */
function namesAllOf(element: CompiledPrincipal, principal: PrincipalSet): boolean {
  const { account, arn, issuerArn, federated, service, canonicalUser } = principal;
  if (element.anyone) return true;
  const named: boolean[] = [];
  if (arn !== undefined) named.push(element.arns.has(arn) || namesRoot(element, principal));
  if (issuerArn !== undefined) named.push(element.arns.has(issuerArn));
  if (account !== undefined) named.push(element.accounts.has(account));
  if (federated !== undefined) named.push(element.federated.has(federated));
  if (service !== undefined) named.push(element.services.has(service));
  if (canonicalUser !== undefined) named.push(element.canonicalUsers.has(canonicalUser));
  return named.length > 0 && named.every((isNamed) => isNamed);
}
