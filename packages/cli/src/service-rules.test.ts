import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readServiceRules } from './service-rules.ts';
import { UsageError } from './usage-error.ts';

describe('--service-rules', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daypass-rules-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function read(text: string) {
    const file = join(folder, 'rules.json');
    writeFileSync(file, text);
    return readServiceRules(file);
  }

  it('takes what each service is told by', () => {
    const rules = {
      states: { target: 'AWSStepFunctions', actions: { StartSyncExecution: 'StartSyncExecution' } },
      ses: { version: '2010-12-01', resource: 'arn:aws:ses:us-east-1:000000000000:identity/game.test' },
      lambda: {
        operations: [
          {
            operation: 'InvokeFunction',
            method: 'POST',
            path: '/2015-03-31/functions/{name}/invocations',
            query: ['Qualifier'],
          },
        ],
      },
    };
    expect(read(JSON.stringify(rules))).toEqual(rules);
  });

  it.each([
    ['what is no JSON', '{'],
    ['a list', '[]'],
    ['a service without an object', '{"sqs": "AmazonSQS"}'],
    ['a member that is not known', '{"sqs": {"prefix": "AmazonSQS"}}'],
    ['a number for a text', '{"sqs": {"version": 20121105}}'],
    ['a method of its own', '{"x": {"operations": [{"operation": "A", "method": "LIST", "path": "/"}]}}'],
    ['an operation without a name', '{"x": {"operations": [{"method": "GET", "path": "/"}]}}'],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text)).toThrow(UsageError);
  });

  it('refuses a file that is not there', () => {
    expect(() => readServiceRules(join(folder, 'none.json'))).toThrow(UsageError);
  });
});
