import { Failure } from '../failure.ts';
import { AwsError, callCognito, callDaypass, callIam, type Endpoint } from '../service/aws-api.ts';
import { itemsOf } from '../service/iam.ts';
import { issuerKey, type Registration } from './registration.ts';

/** Makes the target know the pool. What is there already is brought up to date; rights of roles are not touched. */
export async function applyAtTarget(
  iam: Endpoint,
  { place, issuer, poolId, thumbprint, roles }: Registration,
  done: (what: string) => void,
): Promise<void> {
  const OpenIDConnectProviderArn = place.providerArnOf(issuerKey(issuer));
  const provider = await unlessThere(
    callIam(iam, 'CreateOpenIDConnectProvider', {
      Url: issuer,
      ClientIDList: [poolId],
      ...(place.target === 'ceph' && { ThumbprintList: [thumbprint] }),
    }),
  );
  if (provider === 'made') done(`made the provider ${OpenIDConnectProviderArn}`);
  else {
    const { ClientIDList } = await callIam(iam, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
    if (itemsOf(ClientIDList).includes(poolId)) done(`found the provider ${OpenIDConnectProviderArn}`);
    else if (place.target === 'ceph') {
      throw new Failure(
        `Ceph knows the provider ${OpenIDConnectProviderArn} without the pool and cannot add it; delete the provider there and run this again.`,
      );
    } else {
      await callIam(iam, 'AddClientIDToOpenIDConnectProvider', {
        OpenIDConnectProviderArn,
        ClientID: poolId,
      });
      done(`added the pool to the provider ${OpenIDConnectProviderArn}`);
    }
  }
  for (const { name: RoleName, trustPolicy, arnThere } of roles) {
    const made = await unlessThere(
      callIam(iam, 'CreateRole', { RoleName, AssumeRolePolicyDocument: trustPolicy }),
    );
    if (made === 'made') done(`made the role ${arnThere}, without any rights yet`);
    else {
      await callIam(iam, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument: trustPolicy });
      done(`changed whom the role ${arnThere} trusts`);
    }
  }
}

/** Brokers the pool's roles, and ends the basic flow, which would get around the pool. */
export async function applyAtPool(
  service: Endpoint,
  { poolId, pool, settings }: Registration,
  done: (what: string) => void,
): Promise<void> {
  if (pool.AllowClassicFlow !== false) {
    await callCognito(service, 'UpdateIdentityPool', { ...pool, AllowClassicFlow: false });
    done('turned the pool’s basic flow off');
  }
  await callDaypass(service, 'SetPoolSettings', { IdentityPoolId: poolId, Settings: settings });
  done('brokered the pool’s roles');
}

/** Ceph says that something exists by the status alone. */
async function unlessThere(making: Promise<unknown>): Promise<'made' | 'there'> {
  try {
    await making;
    return 'made';
  } catch (error) {
    const isThere = error instanceof AwsError && ['EntityAlreadyExists', 'HTTP 409'].includes(error.code);
    if (!isThere) throw error;
    return 'there';
  }
}
