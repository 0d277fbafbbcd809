import CommandLine
import ConcertAPI
import Journeys
import Kernel

/// Sets what a date keeps of the price of returned tickets.
enum ReturnPolicyCommand {
    private static let keep = Option(
        "keep", .returnSteps,
        "days before the start, and the percentage kept from then on, such as 30:10,7:50; none keeps nothing")
    private static let until = Option("until", .time, "last time at which users may return tickets")
    private static let never = Option("never", .flag, "users may not return tickets")

    static let command = Command(
        "admin schedule returns", "Sets until when users may return tickets of a date, and what is kept.",
        details: """
            Without --keep, the steps stay as they are, and without --until and --never, the deadline. Sold tickets keep the
            policy of their sale; the new one applies to them only where it is better for the user. When you return tickets
            for a user, nothing is kept.
            """,
        calls: [.concert], caller: .operator, operands: [Operands.target], flags: [keep, until, never],
        examples: ["moon-tour/friday --keep 30:10,7:50 --until '2037-12-24 20:00'", "moon-tour/friday --never"],
        run: { run in
            try run.requireChange([keep, until, never], such: "--keep 30:10,7:50")
            let date = try await run.catalogue.date(run[Operands.target])
            let time = try run.time(until, of: date.concert)
            guard time == nil || !run[never] else {
                throw GatewayError.usage("\(until.flag) and \(never.flag) exclude each other. Pass one of them")
            }
            let request = SetReturnPolicyRequest(
                concertID: date.concert.concertID, scheduleID: date.id, steps: run[keep] ?? date.entry.returnSteps,
                cancelUntil: run[never] ? nil : time ?? date.settings.cancelUntil, version: date.entry.version)
            let reply = try await run.caller.call(ConcertMethods.setReturnPolicy, request)
            let changed = ConcertDate(concert: date.concert, entry: reply.schedule)
            run.show(changed.json, "\(date.name): \(changed.returnPolicy(run))")
        })
}

extension ConcertDate {
    /// `tickets can be returned until …; 10 % is kept from 30 days before the start`
    fileprivate func returnPolicy(_ run: Invocation) -> String {
        guard let until = settings.cancelUntil else { return "users cannot return tickets." }
        let steps = entry.returnSteps.map {
            "\($0.keptPercent) % is kept from \($0.daysBeforeStart) days before the start"
        }
        return (["users can return tickets until \(run.localTime(until, of: concert))"] + steps).joined(separator: "; ")
            + "."
    }
}

extension ReturnStep {
    var json: JSON {
        .object(["daysBeforeStart": .count(daysBeforeStart), "keptPercent": .count(keptPercent)])
    }
}

extension ValueKind<[ReturnStep]> {
    static var returnSteps: Self {
        ValueKind(
            placeholder: "DAYS:PERCENT,…", allowed: "days and percentages, such as 30:10,7:50, or none",
            show: { $0.map { "\($0.daysBeforeStart):\($0.keptPercent)" }.joined(separator: ",") }
        ) { text in
            if text == "none" { return [] }
            var steps: [ReturnStep] = []
            for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
                let numbers = pair.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
                guard numbers.count == 2, let days = numbers[0], let percent = numbers[1] else { return nil }
                steps.append(ReturnStep(daysBeforeStart: days, keptPercent: percent))
            }
            return steps
        }
    }
}
