import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Auth } from '@daypass/client';

const Bucket = 'notes';

/** The app: each user keeps one note in S3, under the own identity. */
export function openNotes(auth: Auth, config: S3ClientConfig) {
  const s3 = new S3Client({ ...config, credentials: auth.credentials });
  const keyOf = (identityId: string): string => `private/${identityId}/note.txt`;
  return {
    async write(identityId: string, Body: string): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket, Key: keyOf(identityId), Body }));
    },
    async read(identityId: string): Promise<string | undefined> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: keyOf(identityId) }));
      return Body?.transformToString();
    },
  };
}
