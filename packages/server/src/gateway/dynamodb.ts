import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifySignature } from '@daypass/sigv4';
import { type Attempt, newAttempt, refused } from './attempt.ts';
import { type Claim, claimOf } from './authenticate.ts';
import { authenticationRefusal } from './authentication-refusal.ts';
import { type Asking, firstRefusal } from './authorize.ts';
import { BackendConnection, type BackendRequest, BackendUnavailable, NoBackend } from './backend.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { classify, operationOf } from './dynamodb/classify.ts';
import { DynamoDbError, writeDynamoDbError } from './dynamodb/errors.ts';
import { AmbiguousJson, isJsonObject, type JsonObject, parseStrictJson } from './dynamodb/json.ts';
import { KeySchemas } from './dynamodb/key-schema.ts';
import type { Backend, GatewayHandler, GatewayServices } from './gateway.ts';
import { sha256 } from './hashes.ts';
import { requestContext } from './request-context.ts';
import { ClientLeft, inviteBody, readBody, wireRequest } from './wire.ts';

/** DynamoDB's own limit on a request (BatchWriteItem), in bytes. */
const maxBody = 16 * 1024 * 1024;

/** The data plane for DynamoDB: `X-Amz-Target: DynamoDB_20120810.*`. Every request is answered, refusals in DynamoDB's format. */
export function createDynamoDbHandler(services: GatewayServices): GatewayHandler {
  const store = services.dynamodb === undefined ? undefined : openStore(services.dynamodb, services);
  return async (request, response, requestId) => {
    if (answerPreflight(request, response)) return;
    response.setHeader('x-amzn-requestid', requestId);
    allowOrigin(request, response);
    const attempt = newAttempt(requestId);
    try {
      if (store === undefined) throw new NoBackend('no DynamoDB store is configured');
      await serve(request, response, services, store, attempt);
    } catch (error) {
      if (error instanceof ClientLeft) return void response.destroy();
      const refusal = errorOf(error);
      if (!refusal.isFault) services.denied({ ...attempt, reason: refusal.reason });
      else if (!(error instanceof NoBackend)) services.failed?.(requestId, error);
      if (response.headersSent || response.destroyed) response.destroy();
      else writeDynamoDbError(response, refusal);
    }
  };
}

interface Store {
  readonly connection: BackendConnection;
  readonly schemas: KeySchemas;
}

function openStore(backend: Backend, services: GatewayServices): Store {
  const connection = new BackendConnection(backend, 'dynamodb', services.clock);
  const schemas = new KeySchemas(async (tableName) => {
    const body = Buffer.from(JSON.stringify({ TableName: tableName }));
    const answer = await connection.call(requestOf('DescribeTable', body, sha256(body)));
    if (answer.status === 200) return parseStrictJson(answer.body);
    if (answer.body.includes('ResourceNotFoundException')) return undefined;
    throw new BackendUnavailable(`DescribeTable was answered with status ${answer.status}`);
  }, services.clock);
  return { connection, schemas };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  services: GatewayServices,
  { connection, schemas }: Store,
  attempt: Attempt,
): Promise<void> {
  const wire = wireRequest(request);
  if (wire === undefined || wire.path !== '/' || wire.query !== '' || wire.method !== 'POST') {
    throw new DynamoDbError('UnknownOperationException', '', 'not a POST to /');
  }
  const claim = await claimOf(wire, services);
  inviteBody(request, response);
  const body = await readBody(request, maxBody);
  if (body === undefined)
    throw new DynamoDbError('RequestEntityTooLargeException', 'Request must be smaller than 16 MB');
  const payloadSha256 = sha256(body);
  const { clock, region, account } = services;
  const key = { secretKey: claim.secretKey, now: clock.now(), service: 'dynamodb', region };
  verifySignature(claim.signature, wire, key, payloadSha256);
  attempt.caller = claim.caller;

  const operation = operationOf(request.headers['x-amz-target']?.toString());
  if (operation === undefined) throw unrecognised(request, claim);
  const asking: Asking = {
    caller: claim.caller,
    policies: await services.policiesOf(claim.caller),
    context: requestContext(request, claim.caller, services),
  };
  attempt.action = `dynamodb:${operation}`;
  const demands = await classify(operation, readInput(body), { region, account, schemas });
  const refusal = firstRefusal(demands, asking);
  if (refusal !== undefined) {
    refused(attempt, refusal);
    throw new DynamoDbError('AccessDeniedException', refusal.message, refusal.reason);
  }
  await connection.forward(requestOf(operation, body, payloadSha256), response);
  // What is known of a table's keys ends with the table.
  if (['CreateTable', 'DeleteTable', 'UpdateTable'].includes(operation))
    for (const { resource } of demands) schemas.forget(resource.slice(resource.indexOf('/') + 1));
}

/** The very bytes that were checked, and none of the client's headers: their content is known. */
function requestOf(operation: string, body: Buffer, payloadSha256: string): BackendRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: [
      ['content-type', 'application/x-amz-json-1.0'],
      ['x-amz-target', `DynamoDB_20120810.${operation}`],
    ],
    body,
    payloadSha256,
  };
}

function readInput(body: Buffer): JsonObject {
  const input = parseStrictJson(body);
  if (!isJsonObject(input))
    throw new DynamoDbError('SerializationException', 'Start of structure or map expected');
  return input;
}

/** An operation that is not recognised is refused, not passed on; only root is told that it is the operation. */
function unrecognised(request: IncomingMessage, { caller }: Claim): DynamoDbError {
  const name = /^DynamoDB_20120810\.([A-Za-z]{1,64})$/.exec(
    request.headers['x-amz-target']?.toString() ?? '',
  )?.[1];
  if (name === undefined || caller.kind === 'root')
    return new DynamoDbError('UnknownOperationException', '', 'not an operation that is served');
  return new DynamoDbError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: dynamodb:${name}`,
    'not an operation that is served',
  );
}

function errorOf(error: unknown): DynamoDbError {
  if (error instanceof DynamoDbError) return error;
  if (error instanceof AmbiguousJson) return new DynamoDbError('SerializationException', error.message);
  if (error instanceof BackendUnavailable)
    return new DynamoDbError(
      'ServiceUnavailableException',
      'The service is currently unavailable. Please try again later.',
      error.message,
    );
  const unauthenticated = authenticationRefusal(error, 'dynamodb');
  if (unauthenticated !== undefined)
    return new DynamoDbError(unauthenticated.code, unauthenticated.message, unauthenticated.reason);
  return new DynamoDbError(
    'InternalServerError',
    'Internal server error',
    error instanceof Error ? error.message : String(error),
  );
}
