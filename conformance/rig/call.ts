/** What a public operation of Cognito Identity answered. */
export interface Outcome {
  readonly status: number;
  readonly answer: {
    readonly IdentityId?: string;
    readonly Credentials?: object;
    readonly __type?: string;
    readonly message?: string;
  };
}

/** Calls it as a browser does, with nothing between the test and the wire. Throws when the connection breaks. */
export async function callPublic(
  url: string,
  operation: 'GetId' | 'GetCredentialsForIdentity',
  input: object,
): Promise<Outcome> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityService.${operation}`,
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(60_000),
  });
  return { status: response.status, answer: JSON.parse(await response.text()) };
}
