import type { Demand } from '../demand.ts';
import { unknownAlways } from './access.ts';
import { invalid } from './errors.ts';
import { array, object, onlyMembers, string } from './input.ts';
import type { Classify } from './item-operations.ts';
import { tableOf } from './tables.ts';

/** Operations on tables themselves. Those that a data plane has no use for (backups, exports, replicas) are not served. */
export const tableOperations: Readonly<Record<string, Classify>> = {
  CreateTable: async (input, place) => {
    onlyMembers(
      input,
      new Set([
        'AttributeDefinitions',
        'TableName',
        'KeySchema',
        'LocalSecondaryIndexes',
        'GlobalSecondaryIndexes',
        'BillingMode',
        'ProvisionedThroughput',
        'StreamSpecification',
        'SSESpecification',
        'Tags',
        'TableClass',
        'DeletionProtectionEnabled',
      ]),
    );
    const { arn } = tableOf(input.TableName, place);
    const tags = requestTags(input.Tags ?? []);
    const create = tableDemand('CreateTable', arn, tags);
    return tags.size === 0 ? [create] : [create, tableDemand('TagResource', arn, tags)];
  },
  UpdateTable: onTable('UpdateTable', [
    'AttributeDefinitions',
    'BillingMode',
    'ProvisionedThroughput',
    'GlobalSecondaryIndexUpdates',
    'StreamSpecification',
    'SSESpecification',
    'TableClass',
    'DeletionProtectionEnabled',
  ]),
  DeleteTable: onTable('DeleteTable', []),
  DescribeTable: onTable('DescribeTable', []),
  DescribeTimeToLive: onTable('DescribeTimeToLive', []),
  UpdateTimeToLive: onTable('UpdateTimeToLive', ['TimeToLiveSpecification']),
  DescribeContinuousBackups: onTable('DescribeContinuousBackups', []),
  ListTables: anywhere('ListTables', ['ExclusiveStartTableName', 'Limit']),
  DescribeLimits: anywhere('DescribeLimits', []),
  DescribeEndpoints: anywhere('DescribeEndpoints', []),

  TagResource: async (input, place) => {
    onlyMembers(input, new Set(['ResourceArn', 'Tags']));
    return [tableDemand('TagResource', tableOf(input.ResourceArn, place).arn, requestTags(input.Tags))];
  },
  UntagResource: async (input, place) => {
    onlyMembers(input, new Set(['ResourceArn', 'TagKeys']));
    const keys = new Map([['aws:tagkeys', array(input.TagKeys).map(string)]]);
    return [tableDemand('UntagResource', tableOf(input.ResourceArn, place).arn, keys)];
  },
  ListTagsOfResource: async (input, place) => {
    onlyMembers(input, new Set(['ResourceArn', 'NextToken']));
    return [tableDemand('ListTagsOfResource', tableOf(input.ResourceArn, place).arn)];
  },
};

function onTable(action: string, members: readonly string[]): Classify {
  const known = new Set(['TableName', ...members]);
  return async (input, place) => {
    onlyMembers(input, known);
    return [tableDemand(action, tableOf(input.TableName, place).arn)];
  };
}

function anywhere(action: string, members: readonly string[]): Classify {
  const known = new Set(members);
  return async (input) => {
    onlyMembers(input, known);
    return [tableDemand(action, '*')];
  };
}

function tableDemand(action: string, resource: string, context: Demand['context'] = new Map()): Demand {
  return { action: `dynamodb:${action}`, resource, context, unknown: unknownAlways };
}

/** Condition keys do not tell upper from lower case, so two tags that differ in case alone would be one condition key. */
function requestTags(value: unknown): Map<string, string | readonly string[]> {
  const tags = array(value).map(object);
  const context = new Map<string, string | readonly string[]>();
  for (const tag of tags) {
    const name = `aws:requesttag/${string(tag.Key).toLowerCase()}`;
    if (context.has(name)) throw invalid('Two tags have the same key, or keys that differ in case alone');
    context.set(name, string(tag.Value));
  }
  if (tags.length > 0)
    context.set(
      'aws:tagkeys',
      tags.map((tag) => string(tag.Key)),
    );
  return context;
}
