import CommandLine
import ConcertAPI
import Kernel

/// Parses the file that describes the seats of a hall, one line per part of it:
///
///     # section, rows, numbers, grade, price
///     Stalls, 1-20, 1-40, A, 89.00
///     Balcony, A-F, 1-30, B, 45.50
enum Hall {
    static let maximumLines = 10_000
    static let maximumRows = 100_000

    /// One offer per row of seats.
    static func offers(_ text: String, in currency: Currency) throws(GatewayError) -> [SeatOffer] {
        var offers: [SeatOffer] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard index < maximumLines else {
                throw .usage(
                    "the hall has more than \(maximumLines) lines, the limit. Give rows as ranges, such as 1-20")
            }
            let line = line.drop { $0 == " " }
            if line.isEmpty || line.hasPrefix("#") { continue }
            do throws(GatewayError) {
                offers += try self.offers(ofLine: line, currency)
            } catch {
                throw .usage("line \(index + 1) of the hall, “\(line)”: \(error.problem)")
            }
            guard offers.count <= maximumRows else {
                throw .usage("the hall has more than \(maximumRows) rows, the limit")
            }
        }
        if offers.isEmpty { throw .usage("the hall has no seats. Write a line such as Stalls, 1-20, 1-40, A, 89.00") }
        return offers
    }

    private static func offers(
        ofLine line: some StringProtocol, _ currency: Currency
    ) throws(GatewayError) -> [SeatOffer] {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { field in
            String(field.drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
        }
        guard fields.count == 5 else {
            throw .usage("a line is SECTION, ROWS, NUMBERS, GRADE, PRICE, such as Stalls, 1-20, 1-40, A, 89.00")
        }
        guard let rows = rows(fields[1]) else {
            throw .usage("ROWS \(fields[1]) is not one row or a range, such as 7, 1-20 or A-F")
        }
        guard let numbers = numbers(fields[2]) else {
            throw .usage("NUMBERS \(fields[2]) is not within 1 to \(maximumNumber), such as 7 or 1-40")
        }
        guard !fields[3].isEmpty else { throw .usage("GRADE is missing. Give one, such as A") }
        guard let price = Money("\(fields[4]) \(currency)") ?? Amount.read(fields[4]), !price.isNegative,
            price.currency == currency
        else { throw .usage("PRICE \(fields[4]) is not an amount in \(currency) of zero or more, such as 89.00") }
        return rows.map { row in
            let range = SeatRange(
                section: fields[0], row: row, firstNumber: UInt32(numbers.lowerBound),
                lastNumber: UInt32(numbers.upperBound))
            return SeatOffer(seats: range, grade: fields[3], price: UInt64(clamping: price.minorUnits))
        }
    }

    /// The rows of `7`, `1-20` or `A-F`. An empty text is one row without a name.
    private static func rows(_ text: String) -> [String]? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return parts.count == 1 ? [text] : nil }
        if let first = Int(parts[0]), let last = Int(parts[1]), first <= last, last - first < maximumLines {
            return (first...last).map { "\($0)" }
        }
        guard let first = letter(parts[0]), let last = letter(parts[1]), first <= last else { return nil }
        return (first...last).map { String(UnicodeScalar($0)) }
    }

    private static func letter(_ text: String) -> UInt8? {
        text.utf8.count == 1 && text.first?.isLetter == true ? text.utf8.first : nil
    }

    static let maximumNumber = 99_999

    /// The numbers of `7` or `1-40`.
    static func numbers(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(parts.count), let first = parts[0], let last = parts[parts.count - 1],
            first >= 1, first <= last, last <= maximumNumber
        else { return nil }
        return first...last
    }
}

/// One seat or several side by side: `Stalls-12-7`, `Stalls-12-7..12`.
struct SeatRow: Sendable {
    let range: SeatRange

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), let end = parts.last else { return nil }
        let dots = end.split(separator: ".", omittingEmptySubsequences: false)
        let range = dots.count == 3 && dots[1].isEmpty ? "\(dots[0])-\(dots[2])" : end
        guard let numbers = Hall.numbers(range), parts.dropLast().allSatisfy({ !$0.isEmpty }) else { return nil }
        self.range = SeatRange(
            section: parts.count == 3 ? parts[0] : "", row: parts.count > 1 ? parts[parts.count - 2] : "",
            firstNumber: UInt32(numbers.lowerBound), lastNumber: UInt32(numbers.upperBound))
    }
}

extension ValueKind<SeatRow> {
    static var seatRow: Self {
        ValueKind(
            placeholder: "SEATS", allowed: "a seat or a range of seats in a row, such as Stalls-12-7 or Stalls-12-7..12"
        ) { SeatRow($0) }
    }
}
