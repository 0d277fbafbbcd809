import Kernel

/// Every command, in the order in which people meet them.
enum CommandTable {
    static let all: [Command] = [
        SignUp.command, SignIn.command, SignOut.command, WhoAmI.command,
        Buy.command,
        Concerts.command, Dates.command, Seats.command,
        Join.command, Place.command, Leave.command,
        Reserve.command, Release.command, Reservations.command,
        Pay.command, Payments.show, Payments.list, Cancel.command,
        Tickets.command, TicketShow.command, TicketVerify.command,
        BalanceShow.command, PutIn.own, History.command,
        MakeCredential.command,
        AdminKeys.create, AdminKeys.list, AdminKeys.stage, AdminKeys.promote, AdminKeys.drop,
        RoomCreate.command, RoomConfigure.command, RoomSteps.open, RoomSteps.pause, RoomSteps.drain, RoomSteps.close,
        RoomList.command, RoomShow.command, RoomPlaces.history, RoomPlaces.revoke,
        ConcertCreate.command, ScheduleAdd.command, ScheduleList.command, ScheduleConfigure.command,
        AdminSeats.set, AdminSeats.block, AdminSeats.unblock, AdminSeats.history,
        AdminCheckIn.command, AdminReport.command, PutIn.anybodys, AdminAudit.command, AdminHalts.list, AdminHalts.lift,
        Call.command, Methods.command, Status.command, Completion.command,
    ]

    /// The command whose words the line begins with.
    static func command(for words: ArraySlice<String>) -> Command? {
        all.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
    }

    /// The longest beginning that some command shares: `admin room`.
    static func group(for words: ArraySlice<String>) -> (words: [String], commands: [Command]) {
        var group = Array(words)
        while !group.isEmpty, !all.contains(where: { $0.words.starts(with: group) }) { group.removeLast() }
        return (group, all.filter { $0.words.starts(with: group) })
    }

    static func unknown(
        _ words: ArraySlice<String>, _ group: (words: [String], commands: [Command])
    ) -> GatewayError {
        let help = (["gateway"] + group.words + ["--help"]).joined(separator: " ")
        let position = group.words.count
        guard words.count > position else { return .usage("a command is missing. Try: \(help)") }
        let word = words[words.startIndex + position]
        let names = Set(group.commands.map { $0.words[position] }).sorted()
        let hint = word.nearest(among: names).map { "Did you mean \((group.words + [$0]).joined(separator: " "))?" }
        let place = group.words.isEmpty ? "" : " of \(group.words.joined(separator: " "))"
        return .usage("there is no command \(word)\(place). \(hint ?? "Try: \(help)")")
    }
}
