import { type Asking, firstRefusal, type Refusal } from '../authorize.ts';
import type { BackendAnswer, BackendConnection } from '../backend.ts';
import { contentMd5, sha256 } from '../hashes.ts';
import { deletionDemands } from './demands.ts';
import { deleteDocument, document, leaf, readDeletions } from './documents.ts';
import { encodedPath } from './names.ts';
import type { S3Request } from './request.ts';

/** The answer to a DeleteObjects request, and why some keys were refused. */
export interface DeletionOutcome {
  readonly answer: BackendAnswer;
  readonly refusals: readonly Refusal[];
}

/**
 * Deletes those of the keys that the caller may delete; the others are errors in the answer, each with its own
 * decision, as on AWS. The backend never hears of them.
 */
export async function deleteObjects(
  request: S3Request,
  body: Buffer,
  context: ReadonlyMap<string, string | readonly string[]>,
  asking: Asking,
  store: BackendConnection,
): Promise<DeletionOutcome> {
  const { objects, quiet } = readDeletions(body);
  const bucket = request.target.bucket ?? '';
  const bypasses = request.headers.has('x-amz-bypass-governance-retention');
  const refusals: Refusal[] = [];
  const errors: string[] = [];
  const allowed = objects.filter(({ key, versionId }) => {
    const refusal = firstRefusal(
      deletionDemands({ bucket, key, versionId }, context, bypasses, store.subresources),
      asking,
    );
    if (refusal === undefined) return true;
    refusals.push(refusal);
    errors.push(
      `<Error>${leaf('Key', key)}${leaf('VersionId', versionId)}<Code>AccessDenied</Code>${leaf('Message', refusal.message)}</Error>`,
    );
    return false;
  });
  if (allowed.length === 0) return { answer: xmlAnswer(document('DeleteResult', errors.join(''))), refusals };

  const sent = deleteDocument(allowed, quiet);
  const answer = await store.call({
    method: 'POST',
    path: encodedPath(request.target),
    query: 'delete=',
    headers: [
      ['content-type', 'application/xml'],
      ['content-md5', contentMd5(sent)],
      ...(bypasses ? ([['x-amz-bypass-governance-retention', 'true']] as const) : []),
    ],
    body: sent,
    payloadSha256: sha256(sent),
  });
  if (answer.status !== 200 || errors.length === 0) return { answer, refusals };
  return { answer: xmlAnswer(withErrors(answer.body, errors.join(''))), refusals };
}

function xmlAnswer(body: Buffer): BackendAnswer {
  return { status: 200, headers: [['content-type', 'application/xml']], body };
}

/** Adds to the end of a `DeleteResult`, which may be an empty element. */
function withErrors(answer: Buffer, errors: string): Buffer {
  const text = answer.toString();
  const filled = text.replace(/<(DeleteResult)([^>]*)\/>\s*$/, '<$1$2></$1>');
  const end = filled.lastIndexOf('</DeleteResult>');
  if (end === -1) return document('DeleteResult', errors);
  return Buffer.from(filled.slice(0, end) + errors + filled.slice(end));
}
