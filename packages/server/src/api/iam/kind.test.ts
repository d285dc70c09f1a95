import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AccessFloor,
  accessFloor,
  place,
  policy,
  policyDocument,
  roleDocument,
  userDocument,
} from '../../access/testing.ts';
import { openPools } from '../../federation/pools.ts';
import type { AnyOperation, DecodedInput } from '../protocol/operation.ts';
import { AttachRolePolicy } from './AttachRolePolicy.ts';
import { CreateAccessKey } from './CreateAccessKey.ts';
import { DeletePolicy } from './DeletePolicy.ts';
import { change, find, remove } from './kind.ts';
import { managedPolicies } from './managed-policy.ts';
import { PutRolePermissionsBoundary } from './PutRolePermissionsBoundary.ts';
import { roles } from './role.ts';
import type { IamServices } from './services.ts';
import { users } from './user.ts';

let floor: AccessFloor;
let services: IamServices;
const PolicyArn = 'arn:aws:iam::000000000000:policy/Scores';
const RoleName = 'Players';

beforeEach(async () => {
  floor = await accessFloor();
  const { store, clock } = floor;
  services = { ...floor, place, pools: openPools({ store, clock }) };
  await store.collection('roles').insert('players', roleDocument());
  await store.collection('policies').insert('scores', policyDocument('Scores', policy('Allow', 's3:*')));
});

afterEach(() => floor.store.close());

function call(operation: AnyOperation<IamServices>, input: DecodedInput, using = services) {
  return operation.handle(using, input, { requestId: 'r', sourceIp: '127.0.0.1', caller: undefined });
}

describe('changes at the same time', () => {
  it('all happen', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        change(services, roles, RoleName, (role) => ({
          ...role,
          tags: { ...role.tags, [`k${index}`]: '' },
        })),
      ),
    );
    const { value } = await find(services, roles, RoleName);
    expect(Object.keys(value.tags)).toHaveLength(12);
  });

  it('are given up when somebody else is always faster', async () => {
    const collection = floor.store.collection('roles');
    const overtaken: typeof roles = {
      ...roles,
      collection: () => ({ ...collection, replace: async () => false }),
    };
    await expect(change(services, overtaken, RoleName, (role) => role)).rejects.toMatchObject({
      code: 'ConcurrentModification',
    });
  });

  it('stop a deletion that was decided before them', async () => {
    const deleting = remove(services, roles, RoleName, async () => {
      await change(services, roles, RoleName, (role) => ({ ...role, description: 'changed' }));
    });
    await expect(deleting).rejects.toMatchObject({
      code: 'ConcurrentModification',
      message: 'The request was rejected because the role was modified concurrently. Please try again.',
    });
    await expect(find(services, roles, RoleName)).resolves.toBeDefined();
  });
});

describe('a policy that is deleted while it is', () => {
  /** Services whose policy is deleted as soon as the role is written. */
  function deletingMeanwhile(): IamServices {
    return {
      ...services,
      roles: { forget: () => void floor.store.collection('policies').delete('scores') },
    };
  }

  it.each([
    ['attached', AttachRolePolicy, { RoleName, PolicyArn }],
    ['made a boundary', PutRolePermissionsBoundary, { RoleName, PermissionsBoundary: PolicyArn }],
  ])('%s leaves no reference behind', async (_, operation, input) => {
    await expect(call(operation, input, deletingMeanwhile())).rejects.toMatchObject({ code: 'NoSuchEntity' });
    const { value } = await find(services, roles, RoleName);
    expect(value.attachedPolicyArns).toEqual([]);
    expect(value.permissionsBoundaryArn).toBeUndefined();
  });

  it('attached after the deletion looked for references stays', async () => {
    const deleting = remove(services, managedPolicies, PolicyArn, async () => {
      await call(AttachRolePolicy, { RoleName, PolicyArn });
    });
    await expect(deleting).rejects.toMatchObject({ code: 'ConcurrentModification' });
    await expect(call(DeletePolicy, { PolicyArn })).rejects.toMatchObject({ code: 'DeleteConflict' });
  });
});

describe('an access key whose user is deleted while it is made', () => {
  it('opens nothing, also for a user made anew under the name', async () => {
    await floor.store.collection('users').insert('backend', userDocument());
    const deletingMeanwhile: IamServices = {
      ...services,
      master: {
        ...services.master,
        wrap(secret, purpose) {
          void floor.store.collection('users').delete('backend');
          return services.master.wrap(secret, purpose);
        },
      },
    };
    await expect(call(CreateAccessKey, { UserName: 'backend' }, deletingMeanwhile)).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
    expect(await floor.store.collection('access_keys').list({ limit: 10 })).toEqual([]);
    await expect(find(services, users, 'backend')).rejects.toMatchObject({ code: 'NoSuchEntity' });
  });
});
