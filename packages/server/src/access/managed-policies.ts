import type { CompiledPolicy } from '@daypass/policy';
import type { Clock } from '../clock.ts';
import { cachedCollection } from '../store/cached-collection.ts';
import type { ManagedPolicyDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import { type Place, policyArn, policyNameOf } from './arn.ts';
import { guestScopeDown } from './guest-scope-down.ts';
import { compileText } from './written-policy.ts';

/** The default versions of managed policies, compiled. */
export interface ManagedPolicies {
  /**
   * Undefined too when the ARN is of another account or spells the policy's path differently. Of AWS's own policies
   * there are those that scope guests down.
   */
  byArn(arn: string): Promise<CompiledPolicy | undefined>;
  /** Makes a change of the policy's document effective here at once. */
  forget(policyName: string): void;
}

const builtInPolicies: ReadonlyMap<string, CompiledPolicy> = new Map(
  [...guestScopeDown].map(([arn, text]) => [arn, compileText(text, 'identity', `managed policy ${arn}`)]),
);

export function openManagedPolicies(options: { store: Store; clock: Clock; place: Place }): ManagedPolicies {
  const { store, clock, place } = options;
  const policies = cachedCollection({
    collection: store.collection('policies'),
    clock,
    prepare: (document) => ({
      arn: policyArn(place, document.path, document.policyName),
      compiled: compileDefault(document),
    }),
  });
  return {
    async byArn(arn) {
      const builtIn = builtInPolicies.get(arn);
      if (builtIn !== undefined) return builtIn;
      const name = policyNameOf(place, arn);
      const policy = name === undefined ? undefined : await policies.get(name.toLowerCase());
      return policy?.arn === arn ? policy.compiled : undefined;
    },
    forget: (policyName) => policies.forget(policyName.toLowerCase()),
  };
}

function compileDefault({
  policyName,
  defaultVersionId,
  versions,
}: ManagedPolicyDocument): CompiledPolicy | undefined {
  const version = versions.find(({ versionId }) => versionId === defaultVersionId);
  return version && compileText(version.document, 'identity', `managed policy ${policyName}`);
}
