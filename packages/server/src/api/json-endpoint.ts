import { type AuthenticationFault, NotAuthenticated } from '../access/authenticate.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import { contentType, decodeInput, encodeError, encodeOutput } from './protocol/aws-json.ts';
import { type ApiRequest, type ApiResponse, type Gate, run, type Service } from './service.ts';

/** Answers one request of an AWS JSON service. Never throws: what goes wrong becomes the protocol's error. */
export async function answerJson(
  gate: Gate,
  service: Service,
  operationName: string,
  request: ApiRequest,
): Promise<ApiResponse> {
  try {
    const operation = service.operations.get(operationName);
    if (operation === undefined)
      throw new ServiceError('UnknownOperationException', 'The operation is not known.');
    const output = await run(gate, service, operation, request, {
      decode: (shape) => decodeInput(shape, request.body),
      denied: 'AccessDeniedException',
    });
    return { status: 200, contentType, body: encodeOutput(output) };
  } catch (fault) {
    return refuseJson(asServiceError(fault));
  }
}

export function refuseJson(error: ServiceError): ApiResponse {
  return { status: error.status, contentType, body: encodeError(error), error };
}

const codes: Readonly<Record<AuthenticationFault, ErrorCode>> = {
  missing: 'MissingAuthenticationTokenException',
  incomplete: 'IncompleteSignatureException',
  'unknown-key': 'UnrecognizedClientException',
  expired: 'ExpiredTokenException',
  mismatch: 'InvalidSignatureException',
};

function asServiceError(fault: unknown): ServiceError {
  if (fault instanceof ServiceError) return fault;
  if (fault instanceof NotAuthenticated) {
    return new ServiceError(codes[fault.fault], fault.message, { reason: String(fault.cause) });
  }
  const code = fault instanceof StoreUnavailable ? 'ServiceUnavailableException' : 'InternalErrorException';
  const message =
    fault instanceof StoreUnavailable
      ? 'Service is unavailable, please try again.'
      : 'An internal error occurred.';
  return new ServiceError(code, message, { cause: fault });
}
