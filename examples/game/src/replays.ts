import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { GameConfig } from './config.ts';
import type { Pass } from './pass.ts';
import { type Replay, readReplay, writeReplay } from './replay.ts';

/**
 * The replay of a player's best round, in S3 as `private/<identity>/best.json`. The role opens `private/<identity>/`
 * to that identity alone.
 */
export function openReplays(config: GameConfig, credentials: NonNullable<S3ClientConfig['credentials']>) {
  const client = new S3Client({
    region: config.region,
    endpoint: config.endpoint,
    credentials,
    forcePathStyle: true,
  });
  const folder = (pass: Pass) => `private/${pass.identityId}/`;
  const key = (pass: Pass) => `${folder(pass)}best.json`;

  return {
    async save(pass: Pass, replay: Replay): Promise<void> {
      await client.send(
        new PutObjectCommand({
          Bucket: config.bucket,
          Key: key(pass),
          Body: writeReplay(replay),
          ContentType: 'application/json',
        }),
      );
    },

    /** The best round's replay, if there is one. */
    async load(pass: Pass): Promise<Replay | undefined> {
      const { Contents = [] } = await client.send(
        new ListObjectsV2Command({ Bucket: config.bucket, Prefix: folder(pass) }),
      );
      if (!Contents.some((object) => object.Key === key(pass))) return undefined;
      const { Body } = await client.send(new GetObjectCommand({ Bucket: config.bucket, Key: key(pass) }));
      return readReplay((await Body?.transformToString()) ?? '');
    },
  };
}
