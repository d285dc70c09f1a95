/** What `daypass init` asks for. */
export interface Answers {
  readonly pool: string;
  /** A https URL. */
  readonly issuer: string;
  readonly clientId: string;
  readonly guests: boolean;
  readonly bucket: string;
}

/** A template for a first pool: people sign in at one OpenID provider and own a folder of one bucket. */
export function starterTemplate({ pool, issuer, clientId, guests, bucket }: Answers): string {
  return `AWSTemplateFormatVersion: '2010-09-09'
Description: Whoever signs in at ${new URL(issuer).host} owns a folder of the bucket.

Resources:
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: ${quoted(issuer)}
      ClientIdList: [${quoted(clientId)}]

  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: ${quoted(pool)}
      AllowUnauthenticatedIdentities: ${guests}
      OpenIdConnectProviderARNs: [!Ref Provider]

  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles:
        authenticated: !GetAtt SignedIn.Arn
${guests ? '        unauthenticated: !GetAtt Guest.Arn\n' : ''}
${roleText('SignedIn', 'authenticated', ownFolder(bucket))}${
  guests ? `\n${roleText('Guest', 'unauthenticated', readPublic(bucket))}` : ''
}
Outputs:
  PoolId: { Value: !Ref Pool }
`;
}

function roleText(name: string, amr: string, statements: string): string {
  return `  ${name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { 'cognito-identity.amazonaws.com:aud': !Ref Pool }
              'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': ${amr} }
      Policies:
        - PolicyName: Own
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
${statements}`;
}

function ownFolder(bucket: string): string {
  const identity = '${cognito-identity.amazonaws.com:sub}';
  return `              - Effect: Allow
                Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']
                Resource: 'arn:aws:s3:::${bucket}/private/${identity}/*'
              - Effect: Allow
                Action: 's3:ListBucket'
                Resource: 'arn:aws:s3:::${bucket}'
                Condition: { StringLike: { 's3:prefix': 'private/${identity}/*' } }
`;
}

function readPublic(bucket: string): string {
  return `              - Effect: Allow
                Action: 's3:GetObject'
                Resource: 'arn:aws:s3:::${bucket}/public/*'
`;
}

/** A YAML scalar that is a text, whatever it looks like. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
