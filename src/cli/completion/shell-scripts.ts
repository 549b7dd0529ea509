import type { Shell } from './word-kind.ts';

/** Asked by the scripts: prints a candidate a line, with a tab and what it is, or `FILES` alone. */
export const ASK = 'complete-words';

/** The shell is to offer names of files. No id and no option begins so. */
export const FILES = ':files';

/**
 * What a shell reads once to complete bp-agents. All that it is told is taken as data: lines are read one by one, and
 * nothing of them is evaluated, expanded or matched.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bp-agents completion bash: in ~/.bashrc: source <(bp-agents completion bash)
_bp_agents() {
  local word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    if [[ $word == ${FILES} ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("$word")
  done < <(command bp-agents ${ASK} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _bp_agents bp-agents
`,
  zsh: `#compdef bp-agents
# bp-agents completion zsh: in ~/.zshrc, after compinit: source <(bp-agents completion zsh)
_bp_agents() {
  local word about
  local -a candidates
  while IFS=$'\\t' read -r word about; do
    if [[ $word == ${FILES} ]]; then
      _files
      return
    fi
    candidates+=("\${word//:/\\\\:}:$about")
  done < <(command bp-agents ${ASK} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe -V bp-agents candidates
}
if [[ $funcstack[1] == _bp_agents ]]; then
  _bp_agents "$@"
else
  compdef _bp_agents bp-agents
fi
`,
  fish: `# bp-agents completion fish: bp-agents completion fish > ~/.config/fish/completions/bp-agents.fish
function __bp_agents_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l lines (command bp-agents ${ASK} -- $typed[2..-1] 2>/dev/null)
    if test "$lines[1]" = ${FILES}
        __fish_complete_path (commandline -ct)
        return
    end
    printf '%s\\n' $lines
end
complete -c bp-agents -f -a '(__bp_agents_complete)'
`,
};
