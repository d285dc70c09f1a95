import { type AuthenticationFault, NotAuthenticated } from '../access/authenticate.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import { contentType, decodeInput, encodeError, encodeOutput, parseForm } from './protocol/aws-query.ts';
import { type ApiRequest, type ApiResponse, type Gate, run, type Service } from './service.ts';

/** A service of the Query protocol, told from others by the version in the form. */
export interface QueryService extends Service {
  /** `2011-06-15` (STS), `2010-05-08` (IAM). */
  readonly version: string;
  readonly namespace: string;
}

/** Answers one request of an AWS Query service. Never throws: what goes wrong becomes the protocol's error. */
export async function answerQuery(
  gate: Gate,
  services: readonly QueryService[],
  form: URLSearchParams,
  request: ApiRequest,
): Promise<ApiResponse> {
  const version = form.get('Version');
  const action = form.get('Action') ?? '';
  // Without a known version the answer is still XML: in the namespace of the first service.
  const service = services.find((candidate) => candidate.version === version) ?? services[0];
  const namespace = service?.namespace ?? '';
  try {
    const operation = service?.version === version ? service?.operations.get(action) : undefined;
    if (service === undefined || operation === undefined) {
      throw new ServiceError(
        'InvalidAction',
        `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
      );
    }
    const output = await run(gate, service, operation, request, {
      decode: (shape) => decodeInput(shape, parseForm(form)),
      denied: 'AccessDenied',
    });
    return {
      status: 200,
      contentType,
      body: encodeOutput(namespace, operation.name, output, request.requestId),
    };
  } catch (fault) {
    return refuseQuery(namespace, asServiceError(fault), request.requestId);
  }
}

export function refuseQuery(namespace: string, error: ServiceError, requestId: string): ApiResponse {
  return { status: error.status, contentType, body: encodeError(namespace, error, requestId), error };
}

const codes: Readonly<Record<AuthenticationFault, ErrorCode>> = {
  missing: 'MissingAuthenticationToken',
  incomplete: 'IncompleteSignature',
  'unknown-key': 'InvalidClientTokenId',
  expired: 'ExpiredToken',
  mismatch: 'SignatureDoesNotMatch',
};

function asServiceError(fault: unknown): ServiceError {
  if (fault instanceof ServiceError) return fault;
  if (fault instanceof NotAuthenticated) {
    const message = fault.fault === 'missing' ? 'Request is missing Authentication Token' : fault.message;
    return new ServiceError(codes[fault.fault], message, { reason: String(fault.cause) });
  }
  const code = fault instanceof StoreUnavailable ? 'ServiceUnavailable' : 'InternalFailure';
  const message =
    fault instanceof StoreUnavailable
      ? 'Service is unavailable, please try again.'
      : 'An internal error occurred.';
  return new ServiceError(code, message, { cause: fault });
}
