import type { Context } from '@daypass/policy';
import type { AnyOperation, DecodedInput } from '../protocol/operation.ts';
import type { IamServices } from './services.ts';

/**
 * Lets policies ask for what a request to IAM wants: `iam:PolicyARN` (what is attached or detached),
 * `iam:PermissionsBoundary` (what is set), `aws:RequestTag/…` and `aws:TagKeys`. An administrator who may hand out
 * only some permissions is held by these. Source: Service Authorization Reference, "AWS Identity and Access Management".
 */
export function withConditions(operation: AnyOperation<IamServices>): AnyOperation<IamServices> {
  return {
    ...operation,
    permission(services, input) {
      const permission = operation.permission(services, input);
      return permission && { ...permission, context: conditionsOf(input) };
    },
  };
}

function conditionsOf(input: DecodedInput): Context {
  const context = new Map<string, string | readonly string[]>();
  const { PolicyArn, RoleName, UserName, PermissionsBoundary, Tags, TagKeys } = input;
  const isAttachment = RoleName !== undefined || UserName !== undefined;
  if (isAttachment && typeof PolicyArn === 'string') context.set('iam:policyarn', PolicyArn);
  if (typeof PermissionsBoundary === 'string') context.set('iam:permissionsboundary', PermissionsBoundary);
  const tags = Array.isArray(Tags) ? Tags.filter(isTag) : [];
  for (const { Key, Value } of tags) context.set(`aws:requesttag/${Key.toLowerCase()}`, Value);
  const keys = Array.isArray(TagKeys) ? TagKeys.map(String) : tags.map(({ Key }) => Key);
  if (keys.length > 0) context.set('aws:tagkeys', keys);
  return context;
}

function isTag(tag: unknown): tag is { readonly Key: string; readonly Value: string } {
  return typeof tag === 'object' && tag !== null && 'Key' in tag && 'Value' in tag;
}
