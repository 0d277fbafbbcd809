import Kernel

/// All commands, in the order of the help.
enum CommandTable {
    static let all: [Command] = [
        SignUp.command, SignIn.command, SignOut.command, WhoAmI.command,
        Buy.command,
        Concerts.command, Dates.command, Seats.command,
        Join.command, Place.command, Leave.command,
        Reserve.command, Release.command, Reservations.command,
        Pay.command, Payments.show, Payments.list, Cancel.command,
        Tickets.command, TicketShow.command, TicketVerify.command,
        BalanceShow.command, TopUp.own, History.command,
        AdminCredential.command,
        AdminKeys.create, AdminKeys.list, AdminKeys.stage, AdminKeys.promote, AdminKeys.drop,
        RoomCreate.command, RoomConfigure.command, RoomSteps.open, RoomSteps.pause, RoomSteps.drain, RoomSteps.close,
        RoomList.command, RoomShow.command, RoomPlaces.history, RoomPlaces.revoke,
        ConcertCreate.command, DateAdd.command, DateList.command, DateConfigure.command,
        AdminSeats.set, AdminSeats.block, AdminSeats.unblock, AdminSeats.history,
        AdminCheckIn.command, AdminReport.command, TopUp.ofUser, AdminAudit.command, AdminHalts.list, AdminHalts.lift,
        Call.command, Methods.command, Status.command, Completion.command,
    ]

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
    static func unknown(
        _ words: ArraySlice<String>, _ group: (words: [String], commands: [Command])
    ) -> GatewayError {
        let help = (["gateway"] + group.words + ["--help"]).joined(separator: " ")
        let position = group.words.count
        guard words.count > position else { return .usage("a command is missing. See: \(help)") }
        let word = words[words.startIndex + position]
        let names = Set(group.commands.map { $0.words[position] }).sorted()
        let hint = word.nearest(among: names).map { "Did you mean \((group.words + [$0]).joined(separator: " "))?" }
        let name = (group.words + [word]).joined(separator: " ")
        return .usage("unknown command \(name). \(hint ?? "See: \(help)")")
    }
}
