import CommandLine
import ConcertAPI
import Kernel
import Messages

/// Parses the file that describes the seats of a hall, one line per part of it:
///
///     # section, rows, numbers, grade, price
///     Stalls, 1-20, 1-40, A, 89.00
///     Balcony, A-F, 1-30, B, 45.50
///
/// A spreadsheet may have saved it (`CSVText`), with a first line of titles in any language.
enum Hall {
    private static let maximumLines = 10_000
    private static let maximumRows = 100_000
    private static let columnCount = 5

    /// One offer per row of seats.
    static func offers(_ text: String, in currency: Currency) throws(GatewayError) -> [SeatOffer] {
        var offers: [SeatOffer] = []
        let lines = try CSVText.lines(text, columnCount: columnCount)
        guard lines.count <= maximumLines else {
            throw .usage("the hall has more than \(maximumLines) lines, the limit. Give rows as ranges, such as 1-20")
        }
        for (index, line) in lines.enumerated() {
            let isTitles = line.fields.count == columnCount && !line.text.contains(where: \.isNumber)
            if index == 0, isTitles { continue }
            do throws(GatewayError) {
                offers += try self.offers(of: line.fields, currency)
            } catch {
                throw .usage("line \(line.number) of the hall, “\(line.text.printable)”: \(error.problem)")
            }
            guard offers.count <= maximumRows else {
                throw .usage("the hall has more than \(maximumRows) rows, the limit")
            }
        }
        if offers.isEmpty { throw .usage("the hall has no seats. Write a line such as Stalls, 1-20, 1-40, A, 89.00") }
        return offers
    }

    private static func offers(of fields: [String], _ currency: Currency) throws(GatewayError) -> [SeatOffer] {
        guard fields.count == columnCount else {
            throw .usage("a line is SECTION, ROWS, NUMBERS, GRADE, PRICE, such as Stalls, 1-20, 1-40, A, 89.00")
        }
        guard let rows = rows(fields[1]) else {
            throw .usage("ROWS \(fields[1]) is not one row or a range, such as 7, 1-20 or A-F")
        }
        guard let numbers = numbers(fields[2]) else {
            throw .usage("NUMBERS \(fields[2]) is not one number or a range, such as 7 or 1-40")
        }
        guard let price = Amount.read("\(fields[4]) \(currency)") ?? Amount.read(fields[4]), !price.isNegative,
            price.currency == currency
        else { throw .usage("PRICE \(fields[4]) is not an amount in \(currency) of zero or more, such as 89.00") }
        let offers = rows.map { row in
            let range = SeatRange(
                section: fields[0], row: row, firstNumber: numbers.lowerBound, lastNumber: numbers.upperBound)
            return SeatOffer(seats: range, grade: fields[3], price: UInt64(clamping: price.minorUnits))
        }
        // The offers of a line differ in their rows only, which have no rule in the contract.
        do throws(MessageError) {
            try offers[0].check()
        } catch {
            throw .usage("\(FieldSource.name(of: error.field)) \(error.problem)")
        }
        return offers
    }

    /// The rows of `7`, `1-20` or `A-F`. An empty text is one row without a name.
    private static func rows(_ text: String) -> [String]? {
        let text = text.replacing("–", with: "-")
        if !text.contains("-") { return [text] }
        if let rows = numbers(text) { return rows.count < maximumLines ? rows.map { "\($0)" } : nil }
        guard let parts = text.wholeMatch(of: /([A-Za-z])-([A-Za-z])/)?.output,
            let first = parts.1.utf8.first, let last = parts.2.utf8.first, first <= last
        else { return nil }
        return (first...last).map { String(UnicodeScalar($0)) }
    }

    /// The numbers of `7` or `1-40`.
    static func numbers(_ text: String) -> ClosedRange<UInt32>? {
        guard let parts = text.wholeMatch(of: /([0-9]+)(?: *[\-–] *([0-9]+))?/)?.output, let first = UInt32(parts.1),
            let last = UInt32(parts.2 ?? parts.1), first <= last
        else { return nil }
        return first...last
    }
}

/// One seat or several side by side: `Stalls-12-7`, `Stalls-12-7..12`.
struct SeatRow: Sendable {
    let range: SeatRange

    init?(_ text: String) {
        let form = /(?:(?:([^-]+)-)?([^-]+)-)?([0-9]+)(?:\.\.([0-9]+))?/
        guard let parts = text.wholeMatch(of: form)?.output,
            let numbers = Hall.numbers("\(parts.3)-\(parts.4 ?? parts.3)")
        else { return nil }
        range = SeatRange(
            section: String(parts.1 ?? ""), row: String(parts.2 ?? ""), firstNumber: numbers.lowerBound,
            lastNumber: numbers.upperBound)
    }
}

extension ValueKind<SeatRow> {
    static var seatRow: Self {
        ValueKind(
            placeholder: "SEATS", allowed: "a seat or a range of seats in a row, such as Stalls-12-7 or Stalls-12-7..12"
        ) { SeatRow($0) }
    }
}
