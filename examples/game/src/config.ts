/** Where everything is; `daypass dev` serves it as `/config.json`. Nothing in it is secret. */
export interface GameConfig {
  /** The Daypass service: identity pool, S3 and DynamoDB behind one address. */
  readonly endpoint: string;
  readonly region: string;
  readonly identityPoolId: string;
  readonly playerRole: string;
  readonly guestRole: string;
  /** The OpenID provider's name, and where it is reached on this machine. */
  readonly issuer: string;
  readonly openIdProviderUrl: string;
  readonly clientId: string;
  readonly bucket: string;
  readonly scoresTable: string;
  readonly highScoresTable: string;
  readonly highScoresIndex: string;
  /** The policies of the two roles, for the page that shows them. */
  readonly policies: { readonly player: PolicyDocument; readonly guest: PolicyDocument };
}

/** What the game shows of an IAM policy. */
export interface PolicyDocument {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Action: string | readonly string[];
    readonly Resource: string;
    readonly Condition?: object;
  }[];
}

export async function loadConfig(): Promise<GameConfig> {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error('The game is not ready yet. Reload in a moment.');
  return (await response.json()) as GameConfig;
}
