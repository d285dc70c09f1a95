import { type Asking, mentions } from '../authorize.ts';
import { type BackendConnection, BackendUnavailable } from '../backend.ts';
import { emptySha256 } from '../hashes.ts';
import { existingTags, type S3Demand } from './demands.ts';
import { tagsOfDocument } from './documents.ts';
import { S3Error } from './errors.ts';
import { encode, encodedPath, type ObjectVersion } from './names.ts';
import { existingTagContext, type Tag } from './tags.ts';

/**
 * Makes `s3:ExistingObjectTag/…` known where a policy turns on it, by asking the backend; a backend that does not
 * tell leaves it unknown, and the policy refuses.
 */
export async function withExistingTags(
  demands: readonly S3Demand[],
  asking: Asking,
  store: BackendConnection,
): Promise<readonly S3Demand[]> {
  const { policies } = asking;
  if (policies === undefined || !mentions(policies, [existingTags])) return demands;
  return Promise.all(
    demands.map(async (demand) => {
      const tags = demand.tagged === undefined ? 'untold' : await tagsOf(demand.tagged, store);
      const existing = typeof tags === 'string' ? undefined : existingTagContext(tags);
      if (existing === undefined) return demand;
      const unknown = demand.unknown.filter((key) => key !== existingTags);
      return { ...demand, context: new Map([...demand.context, ...existing]), unknown };
    }),
  );
}

/**
 * The tags an object has, none if there is no such object; `no tagging` when the store takes the question for another,
 * or says that it has no tags, `untold` when it keeps them to itself.
 */
export async function tagsOf(
  { bucket, key, versionId }: ObjectVersion,
  store: BackendConnection,
): Promise<readonly Tag[] | 'no tagging' | 'untold'> {
  const { status, body } = await store.call({
    method: 'GET',
    path: encodedPath({ bucket, key }),
    query: versionId === undefined ? 'tagging=' : `tagging=&versionId=${encode(versionId)}`,
    headers: [],
    body: undefined,
    payloadSha256: emptySha256,
  });
  if (status === 404) return [];
  if (status === 501) return 'no tagging';
  if (status >= 500)
    throw new BackendUnavailable(`the tags of an object were answered with status ${status}`);
  if (status !== 200) return 'untold';
  try {
    return tagsOfDocument(body);
  } catch (error) {
    if (error instanceof S3Error) return 'no tagging';
    throw error;
  }
}
