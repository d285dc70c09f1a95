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

export function oidcProviderArn(place: Place, url: string): string {
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
