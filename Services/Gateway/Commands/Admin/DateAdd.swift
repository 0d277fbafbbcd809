import ConcertAPI
import Kernel

enum DateAdd {
    static let command = Command(
        "admin schedule add", "Adds a date to a concert.",
        calls: [.concert, .queue], caller: .operator, operands: [Invocation.target],
        flags: DateFlags.all + [CommonFlags.requestID],
        examples: [
            "gateway admin schedule add moon-tour/friday --starts '2037-12-25 20:00' --ends '2037-12-25 23:00' "
                + "--zone Europe/Berlin --room summer-sale"
        ],
        run: add)

    private static func add(_ run: Invocation) async throws(GatewayError) {
        let target = try run.arguments.required(Invocation.target)
        guard let name = target.date else {
            throw .usage("the name of the date is missing. Type: gateway \(command.name) \(target.concert)/DATE")
        }
        let concert = try await run.concert(named: target.concert)
        let request = AddScheduleRequest(
            concertID: concert.concertID, settings: try await DateFlags.settings(run, name: name, before: nil))
        let reply = try await run.call(ConcertMethods.addSchedule, request, requestID: try run.newRequestID())
        run.show(
            DateReport.json(reply.schedule ?? ScheduleEntry(), of: concert),
            "Added \(target.text). Next: gateway admin seats set \(target.text) --hall FILE")
    }
}
