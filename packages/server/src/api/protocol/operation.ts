import type { Caller } from '../../access/caller.ts';
import type { StructureShape } from './shape.ts';

/** What is known of the request besides its input. */
export interface RequestContext {
  readonly requestId: string;
  /** The peer's address: `aws:SourceIp`. */
  readonly sourceIp: string;
  /** Undefined on public operations. */
  readonly caller: Caller | undefined;
}

/** The answer's members; a `Date` becomes the protocol's timestamp, undefined members are left out. */
export type Output = Readonly<Record<string, unknown>>;

/**
 * One operation of a service: its name on the wire, who may call it, what it takes and what it does.
 * A public operation ignores a signature; a signed one runs only after the signature was verified and the caller's
 * policies allow `action` on the resource.
 */
export interface Operation<Services, Input> {
  readonly name: string;
  readonly access: 'public' | 'any-signed' | SignedAccess<Services, NoInfer<Input>>;
  readonly input: StructureShape<Input>;
  handle(services: Services, input: Input, context: RequestContext): Promise<Output | undefined>;
}

export interface SignedAccess<Services, Input> {
  /** The IAM action, `cognito-identity:CreateIdentityPool`. */
  readonly action: string;
  /** The ARN of what is acted on, `*` where the action has no resource type. */
  resource(services: Services, input: Input): string;
}

/** An operation whose input type has been forgotten, for the tables that hold many. */
export interface AnyOperation<Services> {
  readonly name: string;
  readonly input: StructureShape;
  readonly isPublic: boolean;
  /** What the caller's policies must allow; undefined when nothing needs to be allowed. */
  permission(services: Services, input: DecodedInput): Permission | undefined;
  handle(services: Services, input: DecodedInput, context: RequestContext): Promise<Output | undefined>;
}

/** Input that has been decoded and checked against the operation's shape. */
export type DecodedInput = Readonly<Record<string, unknown>>;

export interface Permission {
  readonly action: string;
  readonly resource: string;
}

/** Declares an operation. */
export function operation<Services, Input>(declared: Operation<Services, Input>): AnyOperation<Services> {
  // The one place where a checked input regains the type of its shape.
  const typed = (input: DecodedInput) => input as Input;
  const { access } = declared;
  return {
    name: declared.name,
    input: declared.input,
    isPublic: access === 'public',
    permission: (services, input) =>
      typeof access === 'string'
        ? undefined
        : { action: access.action, resource: access.resource(services, typed(input)) },
    handle: (services, input, context) => declared.handle(services, typed(input), context),
  };
}
