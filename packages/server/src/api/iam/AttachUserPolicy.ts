import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { attach } from './attached-policies.ts';
import type { IamServices } from './services.ts';
import { arn, userName } from './shapes.ts';
import { userResource, users } from './user.ts';

export const AttachUserPolicy = operation({
  name: 'AttachUserPolicy',
  access: { action: 'iam:AttachUserPolicy', resource: userResource },
  input: structure({ UserName: required(userName), PolicyArn: required(arn) }),
  handle: (services: IamServices, { UserName, PolicyArn }) =>
    attach(services, users, UserName, PolicyArn, 'PoliciesPerUser'),
});
