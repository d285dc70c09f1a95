import { describe, expect, it } from 'vitest';
import { KeySchemas } from './key-schema.ts';

const description = (hash: string, indexes: readonly string[] = []) => ({
  Table: {
    AttributeDefinitions: [hash, 'g', 'h'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: hash, KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: indexes.map((IndexName) => ({
      IndexName,
      KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
    })),
    LocalSecondaryIndexes: [{ IndexName: 'local', KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }] }],
  },
});

function schemas(answers: unknown[]) {
  let now = 0;
  const asked: string[] = [];
  const known = new KeySchemas(
    async (table) => {
      asked.push(table);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    { now: () => now },
  );
  return { known, asked, wait: (milliseconds: number) => (now += milliseconds) };
}

describe('KeySchemas', () => {
  it('asks once for many', async () => {
    const { known, asked } = schemas([description('p')]);
    const keys = await Promise.all([
      known.partitionKey('T'),
      known.partitionKey('T'),
      known.partitionKey('T', 'local'),
    ]);
    expect(keys).toEqual([1, 2, 3].map(() => ({ name: 'p', type: 'S' })));
    expect(asked).toEqual(['T']);
  });

  it('asks again after a minute, or when told to forget', async () => {
    const { known, asked, wait } = schemas([description('p'), description('q'), description('r')]);
    expect((await known.partitionKey('T'))?.name).toBe('p');
    wait(59_999);
    expect((await known.partitionKey('T'))?.name).toBe('p');
    wait(1);
    expect((await known.partitionKey('T'))?.name).toBe('q');
    known.forget('T');
    expect((await known.partitionKey('T'))?.name).toBe('r');
    expect(asked).toHaveLength(3);
  });

  it('asks again for an index it does not know, but not at every request', async () => {
    const { known, asked, wait } = schemas([description('p'), description('p', ['new'])]);
    expect(await known.partitionKey('T', 'new')).toBeUndefined();
    expect(await known.partitionKey('T', 'new')).toBeUndefined();
    expect(asked).toHaveLength(1);
    wait(1_000);
    expect(await known.partitionKey('T', 'new')).toEqual({ name: 'g', type: 'S' });
  });

  it('does not keep a failure or an unknown table', async () => {
    const { known } = schemas([new Error('down'), undefined, description('p')]);
    await expect(known.partitionKey('T')).rejects.toThrow('down');
    expect(await known.partitionKey('T')).toBeUndefined();
    expect(await known.partitionKey('T')).toEqual({ name: 'p', type: 'S' });
  });

  it('has no leading key for an index with several', async () => {
    const table = description('p').Table;
    const several = {
      IndexName: 'several',
      KeySchema: ['g', 'h'].map((AttributeName) => ({ AttributeName, KeyType: 'HASH' })),
    };
    const { known } = schemas([{ Table: { ...table, GlobalSecondaryIndexes: [several] } }]);
    expect(await known.partitionKey('T', 'several')).toBeUndefined();
  });

  it('knows a bounded number of tables', async () => {
    const { known, asked } = schemas([description('p')]);
    for (let table = 0; table <= 1000; table++) await known.partitionKey(`T${table}`);
    await known.partitionKey('T1000');
    expect(asked).toHaveLength(1001);
    await known.partitionKey('T0');
    expect(asked).toHaveLength(1002);
  });
});
