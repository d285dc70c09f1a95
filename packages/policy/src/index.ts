export { type CompiledPolicy, compilePolicy, type StatementName } from './compile.ts';
export type { Context } from './context.ts';
export { denialMessage } from './denial.ts';
export type {
  Condition,
  ElementList,
  Policy,
  PolicyKind,
  PolicyVersion,
  PrincipalElement,
  PrincipalEntry,
  Statement,
} from './document.ts';
export {
  type Decision,
  evaluate,
  evaluateTrust,
  type PolicyLayer,
  type PolicyRequest,
  type PolicySet,
} from './evaluate.ts';
export {
  type Explanation,
  explain,
  explainTrust,
  type Mismatch,
  type StatementExplanation,
} from './explain.ts';
export { parsePolicy } from './parse.ts';
export type { PrincipalSet } from './principal.ts';
export { PolicySyntaxError } from './syntax-error.ts';
