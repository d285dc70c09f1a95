/** The key of one profile. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The key of a profile in an AWS shared-credentials file, undefined when it holds no whole key.
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 */
export function profileKey(file: string, profile: string): AccessKey | undefined {
  const values = new Map<string, string>();
  let isProfile = false;
  for (const line of file.split(/\r?\n/)) {
    const [, section] = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line) ?? [];
    if (section !== undefined) isProfile = section === profile;
    const [, name, value] = /^\s*(aws_\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isProfile && name !== undefined && value !== undefined) values.set(name, value);
  }
  return wholeKey(
    values.get('aws_access_key_id'),
    values.get('aws_secret_access_key'),
    values.get('aws_session_token'),
  );
}

/** A key whose two halves are there; empty counts as absent. */
export function wholeKey(id?: string, secret?: string, token?: string): AccessKey | undefined {
  if (!id || !secret) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) };
}
