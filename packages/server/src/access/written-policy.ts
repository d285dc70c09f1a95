import {
  type CompiledPolicy,
  compilePolicy,
  type PolicySet,
  parsePolicy,
  type StatementName,
} from '@daypass/policy';

/** A policy together with the text it was compiled from. */
interface WrittenPolicy extends CompiledPolicy {
  readonly text: string;
}

/** Compiles a policy's text and keeps it, for those who ask which statement decides. Throws `PolicySyntaxError`. */
export function compileText(text: string, kind: 'identity' | 'session', source: string): WrittenPolicy {
  return { ...compilePolicy(parsePolicy(text, kind), source), text };
}

/** A statement as its owner wrote it, indented anew; undefined for a policy without a text. */
export function statementText(
  { identity, boundary, session = [] }: PolicySet,
  { source, index }: StatementName,
): string | undefined {
  const policies = boundary === undefined ? [...identity, ...session] : [...identity, boundary, ...session];
  const policy = policies.find((candidate) => candidate.source === source);
  if (policy === undefined || !isWritten(policy)) return undefined;
  const { Statement }: { Statement: unknown } = JSON.parse(policy.text);
  return JSON.stringify([Statement].flat()[index], undefined, 2);
}

function isWritten(policy: CompiledPolicy): policy is WrittenPolicy {
  return 'text' in policy;
}
