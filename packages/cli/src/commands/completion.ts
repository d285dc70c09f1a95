import { type Command, Command as NewCommand } from 'commander';
import { UsageError } from '../usage-error.ts';

export function completionCommand(): Command {
  return new NewCommand('completion')
    .description('print what completes this command in a shell: source <(daypass completion bash)')
    .argument('<shell>', 'bash')
    .action((shell: string, _flags: object, command: Command) => {
      if (shell !== 'bash') throw new UsageError(`there is no completion for ${shell}, only for bash.`);
      process.stdout.write(bashCompletion(command.parent ?? command));
    });
}

/**
 * A bash script that completes commands, options and an option's choices. Everything else is completed as a file:
 * templates, tokens, directories.
 */
export function bashCompletion(program: Command): string {
  const cases = below(program, '').map(
    ({ path, command }) => `    '${path}') words='${wordsOf(command).join(' ')}' ;;`,
  );
  const groups = below(program, '')
    .filter(({ command }) => command.commands.length > 0)
    .map(({ path }) => `'${path}'`);
  return `# bash completion of daypass
_daypass() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' words='' index
  for (( index = 1; index < COMP_CWORD; index++ )); do
    case "$path" in
    ${groups.join(' | ')})
      [[ "\${COMP_WORDS[index]}" == -* ]] || path="\${path:+$path }\${COMP_WORDS[index]}" ;;
    esac
  done
  case "$previous" in
${choices(program).join('\n')}
  esac
  case "$path" in
${cases.join('\n')}
  esac
  if [[ "$current" == -* || "$words" != -* ]]; then
    COMPREPLY=( $(compgen -W "$words" -- "$current") )
  fi
}
complete -o default -F _daypass daypass
`;
}

function below(command: Command, path: string): { path: string; command: Command }[] {
  const inner = command.commands.flatMap((child) =>
    below(child, path === '' ? child.name() : `${path} ${child.name()}`),
  );
  return [{ path, command }, ...inner];
}

/** Commands first, so that a list that begins with an option has none. */
function wordsOf(command: Command): string[] {
  const options = command.options.flatMap(({ long }) => (long ? [long] : []));
  return [...command.commands.map((child) => child.name()), ...options, '--help'];
}

function choices(program: Command): string[] {
  const options = below(program, '').flatMap(({ command }) => command.options);
  return options.flatMap(({ long, argChoices }) =>
    argChoices
      ? [`  ${long}) COMPREPLY=( $(compgen -W '${argChoices.join(' ')}' -- "$current") ); return ;;`]
      : [],
  );
}
