import CommandLine
import Journeys

/// The operand and the flags that choose seats.
enum SeatFlags {
    static let seats = Operand(list: "SEAT", .text("SEAT"), isRequired: false)
    static let best = Option("best", .count(from: 1), "let the service choose this number of seats, side by side")
    static let grade = Option("grade", .text("GRADE"), "grade for --best; needed if the date has several grades")

    /// The choice of the command line. Nil if it has none.
    static func choice(_ run: Invocation) throws(GatewayError) -> SeatChoice? {
        let (names, grade) = (run[seats], run[grade])
        if let count = run[best] {
            guard names.isEmpty else { throw .usage("SEAT and --best exclude each other. Pass one of them") }
            return .best(Int(count), grade: grade)
        }
        guard grade == nil else { throw .usage("--grade needs --best, such as --best 2 --grade A") }
        return names.isEmpty ? nil : .named(SeatText.expanded(names))
    }

    /// The choice of the answer to a question: `Stalls-12-7..9`, `best 2 A`.
    static func choice(of answer: String, _ plan: SeatPlan, _ run: Invocation) throws(GatewayError) -> SeatChoice {
        let words = answer.split { $0 == " " || $0 == "," }.map(String.init)
        guard let first = words.first else { throw .usage("Please type the names of seats, or no.") }
        if words.count == 1, ["no", "n", "q", "quit", "exit"].contains(first.lowercased()) {
            throw .refused("nothing was reserved. To leave the line, if you joined one: gateway leave")
        }
        guard first.lowercased() == "best" else {
            do throws(JourneyError) { return .named(try plan.seats(named: answer)) } catch {
                throw .usage(run.error(error).message)
            }
        }
        guard words.count >= 2, let count = UInt32(words[1]) else {
            throw .usage("Please type a number after best, such as: best 2 A")
        }
        let grade = words.dropFirst(2).joined(separator: " ").lowercased()
        let grades = plan.grades.map(\.name)
        // A letter of the map or a name. It may be missing if there is one grade.
        let found = plan.grades.first { $0.name.lowercased() == grade || $0.letter.lowercased() == grade }?.name
        guard let name = found ?? (grade.isEmpty && grades.count == 1 ? grades[0] : nil) else {
            throw .usage("Please type a grade after the number: \(grades.joined(separator: ", "))")
        }
        return .best(Int(count), grade: name)
    }
}
