/**
 * What guests may do at most in the enhanced flow, whatever their role allows: AWS passes two session policies, one
 * inline and one managed, and the guest's rights are the role's within the union of both. Source: developer guide,
 * "IAM roles", services that unauthenticated identities can access; the managed policy's page, version 3.
 */
export const guestScopeDown: ReadonlyMap<string, string> = new Map([
  [
    'arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy',
    allow([
      'rum:PutRumEvents',
      'sagemaker:InvokeEndpoint',
      'polly:*',
      'comprehend:*',
      'translate:*',
      'transcribe:*',
      'rekognition:*',
      'mobiletargeting:*',
      'firehose:*',
      'personalize:*',
      'geo:GetMap*',
      'geo:ListMaps',
      'geo:SearchPlaceIndex*',
      'geo:GetPlace',
      'geo:CalculateRoute*',
      'geo:*Geofence',
      'geo:*Geofences',
      'geo:*DevicePosition*',
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptTo',
      'kms:ReEncryptFrom',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyPair',
      'kms:GenerateDataKeyPairWithoutPlaintext',
      'kms:GenerateDataKeyWithoutPlaintext',
    ]),
  ],
  [
    // AWS sends this one inline with every session; a name of its own keeps it out of the session token.
    'arn:aws:iam::aws:policy/daypass/GuestSessionPolicy',
    allow([
      'cloudwatch:*',
      'logs:*',
      'dynamodb:*',
      'kinesis:*',
      'mobileanalytics:*',
      's3:*',
      'ses:*',
      'sns:*',
      'sqs:*',
      'lambda:*',
      'machinelearning:*',
      'execute-api:*',
      'iot:*',
      'gamelift:*',
      'cognito-identity:*',
      'cognito-idp:*',
      'lex:*',
      'polly:*',
      'comprehend:*',
      'translate:*',
      'transcribe:*',
      'rekognition:*',
      'mobiletargeting:*',
      'firehose:*',
      'appsync:*',
      'personalize:*',
      'sagemaker:InvokeEndpoint',
      'cognito-sync:*',
      'codewhisperer:*',
      'textract:DetectDocumentText',
      'textract:AnalyzeDocument',
      'sdb:*',
    ]),
  ],
]);

function allow(actions: readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
}
