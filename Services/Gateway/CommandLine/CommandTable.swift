import CommandLine
import Kernel

/// All commands, in the order of the help.
enum CommandTable {
    static let all: [Command] = [
        AccountCommands.signUp, AccountCommands.signIn, SessionCommands.signOut, AccountCommands.whoAmI,
        SessionCommands.list, PasswordCommands.change, PasswordCommands.set,
        Buy.command,
        ConcertCommands.list, ConcertCommands.dates, SeatCommands.map,
        LineCommands.join, LineCommands.show, LineCommands.leave, PlaceCommands.own,
        LineProofCommands.show, LineProofCommands.verify, DrawCommands.verify,
        ReservationCommands.reserve, ReservationCommands.release, ReservationCommands.list, Explain.own,
        PaymentCommands.pay, PaymentCommands.show, PaymentCommands.list, CancelCommand.command,
        TicketCommands.list, TicketCommands.show, TicketCommands.verify,
        WalletCommands.balance, WalletCommands.topUp, WalletCommands.history,
        AccountCommands.signInAsOperator, SessionCommands.signOutAsOperator, SessionCommands.listOfOperator,
        PasswordCommands.changeOfOperator, OperatorCommands.grant, OperatorCommands.revoke, OperatorCommands.list,
        PasswordCommands.reset, UserCommands.find, UserCommands.show, WalletCommands.historyOfUser,
        PaymentCommands.listOfUser, PaymentCommands.showOfUser,
        KeyCommands.credential, KeyCommands.create, KeyCommands.list, KeyCommands.stage, KeyCommands.promote,
        KeyCommands.drop, CertificateCommands.split, CertificateCommands.certificate,
        RoomCommands.create, RoomCommands.configure, RoomCommands.message, RoomCommands.open, RoomCommands.pause,
        RoomCommands.drain, RoomCommands.close, DrawCommands.close, DrawCommands.draw, RoomCommands.list,
        RoomCommands.show, CodeCommands.create, PlaceCommands.ofRoom,
        PlaceCommands.ofUser, PlaceCommands.history, PlaceCommands.revoke, PlaceCommands.liftBan,
        ConcertCommands.create, ConcertCommands.configure, ConcertCommands.addDate, ConcertCommands.allDates,
        ConcertCommands.configureDate, ConcertCommands.moveDate, ReturnPolicyCommand.command,
        PresaleCommand.command,
        CancelDateCommand.command,
        SeatCommands.set, SeatCommands.block, SeatCommands.unblock, SeatCommands.remove, SeatCommands.history,
        CheckInCommands.checkIn, CheckInCommands.undo, ReservationSearch.command, CancelCommand.ofUser,
        SalesReport.command, Explain.any,
        ExportCommands.reservations, ExportCommands.tickets, ExportCommands.buyers, ExportCommands.payments,
        WalletCommands.topUpOfUser,
        WalletCommands.audit,
        PaymentCommands.halts, PaymentCommands.liftHalt, ActionCommands.log, EventCommands.command,
        ProfileCommands.add, ProfileCommands.use, ProfileCommands.list,
        Call.command, Methods.command, Status.command, CompletionCommand.command, ManualCommand.command,
        ManualCommand.version,
    ]

    static let completion = Completion(of: "gateway", all.map(\.syntax))

    /// A command line in its parts: the words that name a command or a group, and the arguments. Options may stand before
    /// and between the words.
    struct Line {
        private(set) var words: [String] = []
        private(set) var arguments: [String] = []
        /// The first word that names no command.
        private(set) var unknown: String?

        init(_ line: [String]) {
            var rest = line[...]
            while let word = rest.popFirst() {
                if word == "--" || unknown != nil {
                    arguments += [word] + rest
                    break
                }
                if word.hasPrefix("-"), word.count > 1 {
                    arguments.append(word)
                    if Self.takesValue(word), let value = rest.popFirst() { arguments.append(value) }
                } else if CommandTable.all.contains(where: { $0.words.starts(with: words + [word]) }) {
                    words.append(word)
                } else {
                    unknown = word
                    arguments.append(word)
                }
            }
        }

        /// The first option that no command has, if options stand without a command.
        var unknownOption: String? {
            arguments.first { word in
                word.hasPrefix("-")
                    && !CommonFlags.beforeCommand.contains { option in
                        word == option.flag || word.hasPrefix("\(option.flag)=")
                            || option.short.map { word.hasPrefix("-\($0)") } ?? false
                    }
            }
        }

        private static func takesValue(_ word: String) -> Bool {
            CommonFlags.beforeCommand.contains { option in
                option.placeholder != nil && (word == option.flag || option.short.map { word == "-\($0)" } ?? false)
            }
        }
    }

    /// The command with the most words that the line begins with.
    static func command(for words: ArraySlice<String>) -> Command? {
        all.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
    }

    /// The longest prefix of the line that begins some command, such as `admin room`, and these commands.
    static func group(for words: ArraySlice<String>) -> (words: [String], commands: [Command]) {
        var group = Array(words)
        while !group.isEmpty, !all.contains(where: { $0.words.starts(with: group) }) { group.removeLast() }
        return (group, all.filter { $0.words.starts(with: group) })
    }

    /// An error that suggests the nearest command.
    static func unknown(_ line: Line, _ group: (words: [String], commands: [Command])) -> GatewayError {
        let help = (["gateway"] + group.words + ["--help"]).joined(separator: " ")
        let position = group.words.count
        guard let word = (line.words + [line.unknown].compactMap(\.self)).dropFirst(position).first else {
            let problem = line.unknownOption.map { "unknown option \($0.printable)" } ?? "a command is missing"
            return .usage("\(problem). See: \(help)")
        }
        let names = Set(group.commands.map { $0.words[position] }).sorted()
        let nearest = word.nearest(among: names).map { [(group.words + [$0]).joined(separator: " ")] }
        // Another noun may have this verb.
        let meant = nearest ?? group.commands.filter { $0.words.last == word }.map(\.name)
        let hint = meant.isEmpty ? nil : "Did you mean \(meant.joined(separator: " or "))?"
        let name = (group.words + [word]).joined(separator: " ")
        return .usage("unknown command \(name). \(hint ?? "See: \(help)")")
    }

    /// Help of the program, or of the commands that begin with `prefix`.
    static func help(of commands: [Command], after prefix: [String] = []) -> String {
        // The help of the program lists all commands of operators in one line.
        let admin = "admin"
        var rows = commands.filter { !prefix.isEmpty || $0.words[0] != admin }.map { command in
            (head: command.words.dropFirst(prefix.count).joined(separator: " "), text: command.syntax.summary)
        }
        if prefix.isEmpty { rows.append((admin, "Commands for operators. To list them: gateway \(admin) --help")) }
        let program = (["gateway"] + prefix).joined(separator: " ")
        return """
            \(program) COMMAND [OPTIONS]

            \(Help.rows(rows))
            For options and examples of a command: \(program) COMMAND --help

            Options of every command:
            \(Help.rows(of: CommonFlags.everywhere))
            \(GatewayExit.help)
            """
    }
}
