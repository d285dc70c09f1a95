import { expect, it } from 'vitest';
import { readAssignments } from './assignments.ts';

it('reads condition keys and tags line by line', () => {
  expect([...readAssignments('s3:Prefix = a=b \n\n nothing\naws:SourceIp=10.0.0.1\nteam =')]).toEqual([
    ['s3:Prefix', 'a=b'],
    ['aws:SourceIp', '10.0.0.1'],
    ['team', ''],
  ]);
});
