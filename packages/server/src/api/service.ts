import type { SignedHttpRequest } from '@daypass/sigv4';
import { type AuthenticationServices, authenticate } from '../access/authenticate.ts';
import { type AuthorizationServices, refusalOf } from '../access/authorize.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';
import type { AnyOperation, DecodedInput, Output, Permission, RequestContext } from './protocol/operation.ts';
import type { StructureShape } from './protocol/shape.ts';

/** A request whose body has been read. */
export interface ApiRequest extends SignedHttpRequest {
  readonly requestId: string;
  /** The peer's address. */
  readonly sourceIp: string;
  readonly body: Buffer;
}

export interface ApiResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** What went wrong, for the log; its public part is in the body already. */
  readonly error?: ServiceError;
}

/** An operation together with the services it works with. */
export interface BoundOperation {
  readonly name: string;
  readonly input: StructureShape;
  readonly isPublic: boolean;
  permission(input: DecodedInput): Permission | undefined;
  handle(input: DecodedInput, context: RequestContext): Promise<Output | undefined>;
}

/** A service of the API: its operations by name, and the name that requests to it are signed for. */
export interface Service {
  readonly signingName: string;
  readonly operations: ReadonlyMap<string, BoundOperation>;
}

export function bind<Services>(
  signingName: string,
  operations: readonly AnyOperation<Services>[],
  services: Services,
): Service {
  const bound = operations.map(({ name, input, isPublic, permission, handle }): [string, BoundOperation] => [
    name,
    {
      name,
      input,
      isPublic,
      permission: (decoded) => permission(services, decoded),
      handle: (decoded, context) => handle(services, decoded, context),
    },
  ]);
  return { signingName, operations: new Map(bound) };
}

/** What stands between the wire and a signed operation. */
export type Gate = AuthenticationServices & AuthorizationServices;

/**
 * Runs one operation: the caller is known before the input is looked at, and what he asks is allowed before anything
 * is done. A public operation does not look at a signature. Throws `NotAuthenticated`, the codec's errors, `denied`
 * with AWS's text, and the operation's own errors.
 */
export async function run(
  gate: Gate,
  service: Service,
  operation: BoundOperation,
  request: ApiRequest,
  protocol: { decode(shape: StructureShape): DecodedInput; denied: ErrorCode },
): Promise<Output | undefined> {
  const caller = operation.isPublic
    ? undefined
    : await authenticate(gate, request, request.body, service.signingName);
  const input = protocol.decode(operation.input);
  const permission = operation.permission(input);
  if (caller !== undefined && permission !== undefined) {
    const asked = { ...permission, sourceIp: request.sourceIp, now: gate.clock.now() };
    const refused = await refusalOf(gate, caller, asked);
    if (refused !== undefined) throw new ServiceError(protocol.denied, refused);
  }
  return operation.handle(input, { requestId: request.requestId, sourceIp: request.sourceIp, caller });
}
