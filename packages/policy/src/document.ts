import type { Operator } from './operators.ts';

/** Where a policy is attached; it decides which elements it must and must not have. */
export type PolicyKind = 'identity' | 'resource' | 'trust' | 'session' | 'boundary';

/** Policy variables exist since `2012-10-17`; without a Version element a policy is `2008-10-17`. */
export type PolicyVersion = '2008-10-17' | '2012-10-17';

/** A policy whose grammar has been checked. */
export interface Policy {
  readonly kind: PolicyKind;
  readonly version: PolicyVersion;
  readonly id?: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Principal or NotPrincipal; in resource and trust policies only, and always there. */
  readonly principal?: PrincipalElement;
  /** Action or NotAction. */
  readonly action: ElementList;
  /** Resource or NotResource; absent in trust policies only. */
  readonly resource?: ElementList;
  readonly conditions: readonly Condition[];
}

/** The values of Action or Resource; `negated` for NotAction and NotResource. */
export interface ElementList {
  readonly negated: boolean;
  readonly values: readonly string[];
}

export interface PrincipalElement {
  readonly negated: boolean;
  readonly entries: readonly PrincipalEntry[];
}

export interface PrincipalEntry {
  readonly type: 'AWS' | 'Federated' | 'Service' | 'CanonicalUser';
  readonly value: string;
}

/** One condition key under one operator; all conditions of a statement must hold. */
export interface Condition {
  readonly operator: Operator;
  /** As written; compared without regard to case. */
  readonly key: string;
  readonly values: readonly string[];
}
