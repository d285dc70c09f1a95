/**
 * The errors a caller of Daypass can see: AWS's own type names, each with the side at fault and its HTTP status
 * under each of the protocols that can carry it. Source: the `errors` members of the botocore models and, for
 * the statuses, AWS's answers on the wire – AWS JSON 1.1 sends 400 for every modelled client error.
 */
const table = {
  // Amazon Cognito Identity (2014-06-30)
  ConcurrentModificationException: { fault: 'Sender', status: 400 },
  DeveloperUserAlreadyRegisteredException: { fault: 'Sender', status: 400 },
  ExternalServiceException: { fault: 'Sender', status: 400 },
  InternalErrorException: { fault: 'Receiver', status: 500 },
  InvalidIdentityPoolConfigurationException: { fault: 'Sender', status: 400 },
  InvalidParameterException: { fault: 'Sender', status: 400 },
  LimitExceededException: { fault: 'Sender', status: 400 },
  NotAuthorizedException: { fault: 'Sender', status: 400 },
  ResourceConflictException: { fault: 'Sender', status: 400 },
  ResourceNotFoundException: { fault: 'Sender', status: 400 },
  TooManyRequestsException: { fault: 'Sender', status: 429 },
  // The framework in front of every AWS JSON service
  AccessDeniedException: { fault: 'Sender', status: 400 },
  ExpiredTokenException: { fault: 'Sender', status: 400 },
  IncompleteSignatureException: { fault: 'Sender', status: 400 },
  InvalidSignatureException: { fault: 'Sender', status: 400 },
  MissingAuthenticationTokenException: { fault: 'Sender', status: 400 },
  RequestEntityTooLargeException: { fault: 'Sender', status: 413 },
  SerializationException: { fault: 'Sender', status: 400 },
  ServiceUnavailableException: { fault: 'Receiver', status: 503 },
  UnknownOperationException: { fault: 'Sender', status: 400 },
  UnrecognizedClientException: { fault: 'Sender', status: 400 },
  ValidationException: { fault: 'Sender', status: 400 },
  // STS (2011-06-15) and IAM (2010-05-08), AWS Query
  AccessDenied: { fault: 'Sender', status: 403 },
  ConcurrentModification: { fault: 'Sender', status: 409 },
  DeleteConflict: { fault: 'Sender', status: 409 },
  EntityAlreadyExists: { fault: 'Sender', status: 409 },
  ExpiredToken: { fault: 'Sender', status: 403 },
  IDPCommunicationError: { fault: 'Sender', status: 400 },
  IDPRejectedClaim: { fault: 'Sender', status: 403 },
  IncompleteSignature: { fault: 'Sender', status: 400 },
  InternalFailure: { fault: 'Receiver', status: 500 },
  InvalidAction: { fault: 'Sender', status: 400 },
  InvalidClientTokenId: { fault: 'Sender', status: 403 },
  InvalidIdentityToken: { fault: 'Sender', status: 400 },
  InvalidInput: { fault: 'Sender', status: 400 },
  InvalidParameterValue: { fault: 'Sender', status: 400 },
  LimitExceeded: { fault: 'Sender', status: 409 },
  MalformedInput: { fault: 'Sender', status: 400 },
  MalformedPolicyDocument: { fault: 'Sender', status: 400 },
  MissingAuthenticationToken: { fault: 'Sender', status: 403 },
  MissingParameter: { fault: 'Sender', status: 400 },
  NoSuchEntity: { fault: 'Sender', status: 404 },
  PackedPolicyTooLarge: { fault: 'Sender', status: 400 },
  RequestEntityTooLarge: { fault: 'Sender', status: 413 },
  ServiceUnavailable: { fault: 'Receiver', status: 503 },
  SignatureDoesNotMatch: { fault: 'Sender', status: 403 },
  Throttling: { fault: 'Sender', status: 400 },
  ValidationError: { fault: 'Sender', status: 400 },
} as const satisfies Record<string, { fault: 'Sender' | 'Receiver'; status: number }>;

export type ErrorCode = keyof typeof table;

/**
 * An error the caller is meant to see. `message` is exactly the text on the wire; `reason` says what really
 * happened, for the log, the audit event and `ExplainFederation`, and must never hold a token or a secret.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, options: { reason?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.reason = options.reason;
  }

  get status(): number {
    return table[this.code].status;
  }

  get fault(): 'Sender' | 'Receiver' {
    return table[this.code].fault;
  }
}
