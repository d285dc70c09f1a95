import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { Failure } from '../failure.ts';
import { type Answers, starterTemplate } from '../template/starter.ts';
import { print } from '../terminal.ts';

export function initCommand(): Command {
  return new Command('init')
    .description('ask five questions and write a template to apply')
    .argument('[file]', 'what to write', 'daypass.yaml')
    .option('--json', 'answer with JSON')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const answers = await ask();
      // Never over what is there.
      await writeFile(file, starterTemplate(answers), { flag: 'wx' }).catch(() => {
        throw new Failure(`${file} cannot be written; if it is there already, name another.`);
      });
      print(json, { File: file, ...answers }, `${file} is written. Next: daypass apply ${file}`);
    });
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Each question with what its answer must look like, and what stands when the answer is empty. */
const questions = [
  { name: 'pool', text: 'What is the pool called?', default: 'players', form: /^[\w+=,.@ -]{1,100}$/ },
  {
    name: 'issuer',
    text: 'Which OpenID provider signs people in (https://…)?',
    default: 'https://login.example.com',
    form: /^https:\/\/[^\s?#:]+$/,
  },
  {
    name: 'clientId',
    text: 'What is your application’s client id there?',
    default: 'app',
    form: /^[\x21-\x7e]{1,255}$/,
  },
  { name: 'guests', text: 'May guests come in, too (yes or no)?', default: 'no', form: /^(y|yes|n|no)$/i },
  { name: 'bucket', text: 'Which bucket do people own a folder of?', default: 'app-data', form: bucketName },
] as const;

/** Asks on the terminal, or takes answers line by line from a pipe. Throws a `Failure` for answers that make no sense. */
async function ask(): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const lines = terminal[Symbol.asyncIterator]();
  const answers = new Map<string, string>();
  try {
    for (const { name, text, default: otherwise, form } of questions) {
      for (;;) {
        terminal.setPrompt(`${text} [${otherwise}] `);
        terminal.prompt();
        const { value, done } = await lines.next();
        if (done) throw new Failure('the questions have not been answered.');
        const answer = value.trim() === '' ? otherwise : value.trim();
        if (form.test(answer)) {
          answers.set(name, answer);
          break;
        }
        if (!process.stdin.isTTY) throw new Failure(`'${answer}' is no answer to: ${text}`);
      }
    }
  } finally {
    terminal.close();
  }
  const answer = (name: string): string => answers.get(name) ?? '';
  return {
    pool: answer('pool'),
    issuer: answer('issuer'),
    clientId: answer('clientId'),
    guests: /^y/i.test(answer('guests')),
    bucket: answer('bucket'),
  };
}
