/** What may come next on a command line: the shells ask `posthorn complete`. */
import type { Argument, Command, Option } from "commander";

/** `words`: everything after `posthorn`, the unfinished one last. */
export function completions(program: Command, words: readonly string[]): string[] {
  const unfinished = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { command, values } = commandAt(program, before);
  const previous = before.at(-1) ?? "";
  const waiting = optionsOf(command).find(
    (option) => takesValue(option) && namesOf(option).includes(previous),
  );
  const found = candidates(command, { waiting, values, unfinished });
  return [...new Set(found)].filter((candidate) => candidate.startsWith(unfinished)).sort();
}

type Place = { waiting: Option | undefined; values: number; unfinished: string };

function candidates(command: Command, { waiting, values, unfinished }: Place): string[] {
  if (waiting !== undefined) return [...(waiting.argChoices ?? [])];
  if (unfinished.startsWith("-")) return optionsOf(command).flatMap(longNameOf);
  if (command.commands.length > 0) return visible(command).map((one) => one.name());
  const argument: Argument | undefined = command.registeredArguments[values];
  return [...(argument?.argChoices ?? [])];
}

/** How deep the words lead, and how many arguments that command has been given. */
function commandAt(program: Command, words: readonly string[]): { command: Command; values: number } {
  let command = program;
  let values = 0;
  let skips = false;
  for (const word of words) {
    if (skips) {
      skips = false;
    } else if (word.startsWith("-")) {
      const option = optionsOf(command).find((one) => namesOf(one).includes(word));
      skips = option !== undefined && takesValue(option);
    } else {
      const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (next === undefined) values += 1;
      else command = next;
    }
  }
  return { command, values };
}

function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent)];
}

function namesOf({ short, long }: Option): string[] {
  return [short, long].flatMap((name) => name ?? []);
}

function longNameOf({ long }: Option): string[] {
  return long == null ? [] : [long];
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What makes a shell ask us. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return `_posthorn() {
  local IFS=$'\\n'
  COMPREPLY=($(posthorn complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _posthorn posthorn`;
    case "zsh":
      return `#compdef posthorn
_posthorn() {
  local -a found
  found=("\${(@f)$(posthorn complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -- "\${found[@]}"; else _files; fi
}
compdef _posthorn posthorn`;
    case "fish":
      return `complete -c posthorn -a '(posthorn complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`;
  }
}
