import ConcertAPI
import Journeys
import Kernel

/// The changes that a hall would make to the seats of a date.
struct HallChanges {
    fileprivate enum Kind: Int {
        case new
        case changed
        case unchanged
        /// Held, sold or blocked, with another grade or price than in the hall.
        case kept
        /// Not in the hall. The seats stay on sale.
        case notInHall

        var text: String {
            switch self {
            case .new: "new"
            case .changed: "changed"
            case .unchanged: "unchanged"
            case .kept: "kept: held, sold or blocked"
            case .notInHall: "kept: not in the file"
            }
        }
    }

    fileprivate struct Terms: Hashable {
        let grade: String
        let price: UInt64
    }

    fileprivate struct Line: Hashable {
        let kind: Kind
        let old: Terms?
        let new: Terms?
    }

    private let counts: [(line: Line, count: Int)]
    private let currency: String

    init(of plan: SeatPlan, to offers: [SeatOffer]) {
        var before: [String: (terms: Terms, isFree: Bool)] = [:]
        for block in plan.blocks {
            let terms = Terms(grade: block.grade, price: block.price)
            for number in block.numbers {
                before[block.name(of: number)] = (terms, plan.state(of: number, in: block) == .free)
            }
        }
        var counts: [Line: Int] = [:]
        for offer in offers {
            let terms = Terms(grade: offer.grade, price: offer.price)
            for number in offer.seats.firstNumber...offer.seats.lastNumber {
                let old = before.removeValue(forKey: offer.seats.name(of: number))
                let kind: Kind =
                    old.map { $0.terms == terms ? .unchanged : $0.isFree ? .changed : .kept } ?? .new
                counts[Line(kind: kind, old: old?.terms, new: terms), default: 0] += 1
            }
        }
        for seat in before.values { counts[Line(kind: .notInHall, old: seat.terms, new: nil), default: 0] += 1 }
        self.counts = counts.map { ($0.key, $0.value) }.sorted {
            ($0.line.kind.rawValue, $1.count, $0.line.grades) < ($1.line.kind.rawValue, $0.count, $1.line.grades)
        }
        currency = plan.currency
    }

    func show(_ date: ConcertDate, _ run: Invocation) {
        // A date without seats has no map, and so no currency.
        let currency = currency.isEmpty ? date.concert.currency : currency
        func text(_ terms: Terms?) -> String {
            terms.map { "\($0.grade), \(Money.text($0.price, currency))" } ?? ""
        }
        func json(_ terms: Terms?) -> JSON? {
            terms.map { .object(["grade": .string($0.grade), "price": Money.json($0.price, currency)]) }
        }
        run.show(
            counts,
            { line, count in
                .object([
                    "change": .name(of: line.kind), "seats": .count(count), "before": json(line.old),
                    "after": json(line.new),
                ])
            }, [.right("SEATS"), .wrapped("CHANGE"), "BEFORE", "AFTER"]
        ) { line, count in ["\(count)", line.kind.text, text(line.old), text(line.new)] }
        run.note("Nothing was changed. To make these changes, repeat the command without --dry-run.")
    }
}

extension HallChanges.Line {
    fileprivate var grades: String { "\(old?.grade ?? "") \(new?.grade ?? "")" }
}

extension SeatRange {
    fileprivate func name(of number: UInt32) -> String {
        [section, row, "\(number)"].filter { !$0.isEmpty }.joined(separator: "-")
    }
}
