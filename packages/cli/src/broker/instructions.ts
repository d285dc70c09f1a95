import { seaweedProvider } from './places.ts';
import { issuerKey, type Registration } from './registration.ts';

/** What must be done at the target and at the pool, as text with commands to copy. */
export function instructions(registration: Registration): string {
  return [...atTarget(registration), ...atPool(registration)]
    .map(([title, body], index) => `# ${index + 1}. ${title}\n${body}\n`)
    .join('\n');
}

type Step = readonly [title: string, body: string];

function atTarget(registration: Registration): Step[] {
  switch (registration.place.target) {
    case 'aws':
    case 'ceph':
      return inIam(registration);
    case 'minio':
      return inMinio(registration);
    case 'seaweedfs':
      return inSeaweed(registration);
  }
}

function inIam({ place, issuer, poolId, thumbprint, roles }: Registration): Step[] {
  const isCeph = place.target === 'ceph';
  const iam = `aws iam${isCeph ? ` --endpoint-url ${place.sts}` : ''}`;
  const thumbprints = isCeph ? ` --thumbprint-list ${thumbprint}` : '';
  return [
    [
      'Make the issuer known, with the pool as its client',
      `${iam} create-open-id-connect-provider --url ${issuer} --client-id-list ${poolId}${thumbprints}`,
    ],
    ...roles.map(
      ({ name, isGuest, trustPolicy }): Step => [
        `The role ${name}, which ${isGuest ? 'guests' : 'signed-in identities'} may take; give it the rights that it should have`,
        `${iam} create-role --role-name ${name} --assume-role-policy-document '${trustPolicy}'`,
      ],
    ),
  ];
}

function inMinio({ issuer, poolId }: Registration): Step[] {
  return [
    [
      'Make the issuer known, with the pool as its client and a policy for every session (ALIAS and POLICY are yours)',
      `mc idp openid add ALIAS daypass config_url=${issuer}/.well-known/openid-configuration client_id=${poolId} client_secret=unused role_policy=POLICY`,
    ],
    [
      'Read the ARN of its role, and give it to this command as --target-role-arn. All sessions of a pool have this role',
      'mc idp openid info ALIAS daypass',
    ],
  ];
}

function inSeaweed({ issuer, jwksUri, poolId, roles }: Registration): Step[] {
  const configuration = {
    providers: [
      {
        name: seaweedProvider,
        type: 'oidc',
        enabled: true,
        config: { issuer, clientId: poolId, jwksUri },
      },
    ],
    roles: roles.map(({ name, arnThere, trustPolicy }) => ({
      roleName: name,
      roleArn: arnThere,
      trustPolicy: JSON.parse(trustPolicy),
      attachedPolicies: [`${name}Policy`],
    })),
  };
  return [
    [
      'Add to the file of -s3.iam.config, beside its `sts` and `policies`, and start SeaweedFS again',
      JSON.stringify(configuration, undefined, 2),
    ],
  ];
}

function atPool({ place, poolId, pool, settings, issuer }: Registration): Step[] {
  const steps: Step[] = [];
  if (place.target === 'aws' && !/^https:\/\/[^:]+$/.test(issuer)) {
    steps.push([
      'AWS must be able to reach the issuer',
      `# ${issuerKey(issuer)} is not a public https address without a port: start Daypass with --public-url`,
    ]);
  }
  if (pool.AllowClassicFlow !== false) {
    steps.push([
      'Turn the pool’s basic flow off: its tokens would open the roles there past the pool',
      `# UpdateIdentityPool of ${poolId} with AllowClassicFlow false; --apply does it`,
    ]);
  }
  steps.push([
    'Broker the pool’s roles: Daypass.SetPoolSettings; --apply does it',
    JSON.stringify({ IdentityPoolId: poolId, Settings: settings }, undefined, 2),
  ]);
  return steps;
}
