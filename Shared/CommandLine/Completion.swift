/// The scripts that let a shell complete the words, options and values of a program.
package struct Completion {
    package static let shells = ["bash", "zsh", "fish"]

    private let program: String
    private let commands: [Syntax]

    package init(of program: String, _ commands: [Syntax]) {
        self.program = program
        self.commands = commands
    }

    /// `shell` is one of `shells`.
    package func script(for shell: String) -> String {
        switch shell {
        case "bash": bash
        case "zsh": zsh
        default: fish
        }
    }

    /// For each prefix of a command: the words or options that may follow.
    private var steps: [(words: String, next: [String])] {
        var next: [String: [String]] = [:]
        var order: [String] = []
        func add(_ word: String, after words: String) {
            if next[words] == nil { order.append(words) }
            if !next[words, default: []].contains(word) { next[words, default: []].append(word) }
        }
        for command in commands {
            for index in command.words.indices {
                add(command.words[index], after: command.words[..<index].joined(separator: " "))
            }
            let choices = command.operands.flatMap(\.choices)
            let words = command.words.joined(separator: " ")
            for word in choices + command.options.map(\.flag) + ["--help"] { add(word, after: words) }
        }
        return order.map { ($0, next[$0] ?? []) }
    }

    private var flags: [any AnyOption] {
        var seen: Set<String> = []
        return commands.flatMap(\.options).filter { seen.insert($0.name).inserted && $0.placeholder != nil }
    }

    /// The common part of bash and zsh: finds the prefix of the command in `words`, and sets `next`.
    private func cases(argument: String, first: Int, last: String) -> String {
        let prefixes = steps.map(\.words).filter { !$0.isEmpty }.map { "'\($0)'" }.joined(separator: "|")
        return """
                for ((i = \(first); i < \(last); i++)); do
                    case ${\(argument)[i]} in -*) break ;; esac
                    case ${begun:+$begun }${\(argument)[i]} in
                        \(prefixes)) begun=${begun:+$begun }${\(argument)[i]} ;;
                        *) break ;;
                    esac
                done
                case $begun in
            \(steps.map { "        '\($0.words)') next='\($0.next.joined(separator: " "))' ;;\n" }.joined())    esac
            """
    }

    /// The completion of a flag's value: its choices, files, or nothing.
    private func values(choices: (String) -> String, files: String) -> String {
        let paths = flags.filter(\.isPath).map(\.flag).joined(separator: "|")
        let free = flags.filter { !$0.isPath && $0.choices.isEmpty }.map(\.flag).joined(separator: "|")
        let chosen = flags.filter { !$0.choices.isEmpty }.map {
            "        \($0.flag)) \(choices($0.choices.joined(separator: " "))); return ;;\n"
        }
        return chosen.joined() + "        \(paths)) \(files); return ;;\n        \(free)) return ;;\n"
    }

    private var bash: String {
        """
        _\(program)() {
            local word=${COMP_WORDS[COMP_CWORD]} begun='' next='' i
            case ${COMP_WORDS[COMP_CWORD-1]} in
        \(values(
            choices: { "COMPREPLY=($(compgen -W '\($0)' -- \"$word\"))" }, files: "COMPREPLY=($(compgen -f -- \"$word\"))"))\
            esac
        \(cases(argument: "COMP_WORDS", first: 1, last: "COMP_CWORD"))
            COMPREPLY=($(compgen -W "$next" -- "$word"))
        }
        complete -F _\(program) \(program)
        """
    }

    private var zsh: String {
        """
        #compdef \(program)
        _\(program)() {
            local begun='' next='' i
            case ${words[CURRENT-1]} in
        \(values(choices: { "compadd -- \($0)" }, files: "_files"))\
            esac
        \(cases(argument: "words", first: 2, last: "CURRENT"))
            compadd -- ${=next}
        }
        if [[ $funcstack[1] == _\(program) ]]; then _\(program) "$@"; else compdef _\(program) \(program); fi
        """
    }

    private var fish: String {
        let words = steps.flatMap { words, next in
            next.filter { !$0.hasPrefix("--") }.map {
                "complete -c \(program) -f -n \"__\(program)_at '\(words)'\" -a '\($0)'"
            }
        }
        let options = commands.flatMap { command in
            command.options.map { flag in
                let value = flag.placeholder == nil ? "" : flag.isPath ? " -rF" : " -x"
                let choices = flag.choices.isEmpty ? "" : " -a '\(flag.choices.joined(separator: " "))'"
                let words = command.words.joined(separator: " ")
                return "complete -c \(program) -n \"__\(program)_after '\(words)'\" -l \(flag.name)"
                    + "\(value)\(choices) -d '\(flag.summary.filter { $0 != "'" })'"
            }
        }
        return """
            function __\(program)_at
                set -l typed (string join -- ' ' (commandline -opc)[2..])
                test "$typed" = "$argv"
            end
            function __\(program)_after
                string match -q -- "$argv *" (string join -- ' ' (commandline -opc)[2..])' '
            end
            \((words + options).joined(separator: "\n"))
            """
    }
}
