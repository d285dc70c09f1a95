import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { detach } from './attached-policies.ts';
import type { IamServices } from './services.ts';
import { arn, userName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const DetachUserPolicy = operation({
  name: 'DetachUserPolicy',
  access: { action: 'iam:DetachUserPolicy', resource: userResource },
  input: structure({ UserName: required(userName), PolicyArn: required(arn) }),
  handle: (services: IamServices, { UserName, PolicyArn }) => detach(services, users, UserName, PolicyArn),
});
