/** Where the service says it is: the configured account and region, which every ARN carries. */
export interface Place {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

export function roleArn(place: Place, path: string, roleName: string): string {
  return `arn:aws:iam::${place.account}:role${path}${roleName}`;
}

export function userArn(place: Place, path: string, userName: string): string {
  return `arn:aws:iam::${place.account}:user${path}${userName}`;
}

export function oidcProviderArn(place: Pick<Place, 'account'>, url: string): string {
  return `arn:aws:iam::${place.account}:oidc-provider/${url.replace(/^https:\/\//, '')}`;
}

export function poolArn(place: Place, poolId: string): string {
  return `arn:aws:cognito-identity:${place.region}:${place.account}:identitypool/${poolId}`;
}

/** The name at the end of a role ARN, or undefined for what is no ARN of a role in this account. */
export function roleNameOf(place: Place, arn: string): string | undefined {
  const prefix = `arn:aws:iam::${place.account}:role/`;
  return arn.startsWith(prefix) ? arn.slice(arn.lastIndexOf('/') + 1) : undefined;
}

export function policyArn(place: Place, path: string, policyName: string): string {
  return `arn:aws:iam::${place.account}:policy${path}${policyName}`;
}

export function samlProviderArn(place: Place, name: string): string {
  return `arn:aws:iam::${place.account}:saml-provider/${name}`;
}

/** Whether this is how the ARN of a managed policy looks, in this account, in another, or among AWS's own. */
export function isPolicyArn(arn: string): boolean {
  return /^arn:aws:iam::(?:\d{12}|aws):policy\/(?:[\u0021-\u007e]+\/)?[\w+=,.@-]+$/.test(arn);
}

/** The name at the end of a managed policy's ARN, or undefined for what is no ARN of a policy in this account. */
export function policyNameOf(place: Place, arn: string): string | undefined {
  const prefix = `arn:aws:iam::${place.account}:policy/`;
  return arn.startsWith(prefix) ? arn.slice(arn.lastIndexOf('/') + 1) : undefined;
}
