import { S3Error } from './errors.ts';

/** What a request is about: neither for the list of buckets, a bucket, or a bucket and a key. */
export interface Target {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/** An object, or one version of it. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** Names as general purpose buckets have them, and those that were allowed before 2018. */
const bucketPattern = /^[A-Za-z0-9](?!.*\.\.)[A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;
const maxKeyBytes = 1024;

/**
 * Reads bucket and key from a raw path (path style), or the key alone when the host named the bucket. Decoded once:
 * what is authorised is the decoded key, and what the backend gets is that key encoded anew by `encodedPath`.
 */
export function targetOf(path: string, bucketOfHost: string | undefined): Target {
  const rest = path.slice(1);
  if (bucketOfHost !== undefined)
    return { bucket: bucketNamed(bucketOfHost), key: rest === '' ? undefined : keyNamed(decode(rest)) };
  if (rest === '') return { bucket: undefined, key: undefined };
  const slash = rest.indexOf('/');
  const bucket = bucketNamed(slash === -1 ? rest : rest.slice(0, slash));
  const key = slash === -1 ? '' : rest.slice(slash + 1);
  return { bucket, key: key === '' ? undefined : keyNamed(decode(key)) };
}

/** The one spelling of a path: what `targetOf` reads is what every other server reads. */
export function encodedPath({ bucket, key }: Target): string {
  if (bucket === undefined) return '/';
  return key === undefined ? `/${bucket}` : `/${bucket}/${key.split('/').map(encode).join('/')}`;
}

/** RFC 3986: everything but the unreserved characters, as SigV4 spells it. */
export function encode(text: string): string {
  if (/^[A-Za-z0-9_.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Percent-decodes as UTF-8. Bytes outside ASCII must be encoded: what a server makes of bare ones is its own choice.
 * Throws `InvalidURI`.
 */
export function decode(text: string): string {
  try {
    if (/^[!-~]*$/.test(text)) return decodeURIComponent(text);
  } catch {
    // Not UTF-8, or a broken escape: refused below.
  }
  throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
}

export function bucketNamed(name: string): string {
  if (!bucketPattern.test(name)) throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.');
  return name;
}

/**
 * Checks a decoded key. S3 takes any key; a store on top of a file system, or a proxy on the way to it, may read
 * some of them as another key than the one that was authorised. Such keys are refused: `.` and `..` and empty
 * segments, which path normalisation removes; a backslash, which is a slash on Windows; NUL, which ends a name in C;
 * and what a second percent-decoding would turn into one of these.
 */
export function keyNamed(key: string): string {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error('KeyTooLongError', 'Your key is too long');
  const segments = key.split('/');
  // One empty segment at the end is how folders are made.
  const conflated = segments.some(
    (segment, at) => segment === '.' || segment === '..' || (segment === '' && at < segments.length - 1),
  );
  if (conflated || /[\\\0]|%(?:2e|2f|5c|00|25)/i.test(key) || !key.isWellFormed()) {
    throw new S3Error(
      'InvalidURI',
      "Couldn't parse the specified URI.",
      'the key could be read as another key',
    );
  }
  return key;
}
