import ConcertAPI
import Journeys
import Kernel
import Messages
import RPC
import TestSupport
import Testing

@testable import Gateway

struct ValueTests {
    @Test(arguments: [
        ("12.50 EUR", "12.50 EUR"), ("EUR 12.5", "12.50 EUR"), ("12,50 €", "12.50 EUR"), ("€12.50", "12.50 EUR"),
        ("$5", "5.00 USD"), ("1200 JPY", "1200 JPY"), ("50eur", "50.00 EUR"), ("£0.05", "0.05 GBP"),
        ("1.000 KWD", "1.000 KWD"), ("1,50 KWD", "1.500 KWD"), ("€ 12", "12.00 EUR"), ("  7   EUR ", "7.00 EUR"),
    ])
    func `an amount is a number and a currency, in either order`(text: String, amount: String) {
        #expect(Amount.read(text)?.description == amount)
    }

    @Test(arguments: [
        "", "12.50", "EUR", "12.505 EUR", "1,000,000 EUR", "1.000,50 EUR", "12 XXX", "12 EUR USD", "€$5", "1,000 KWD",
        "1 2 EUR", "1 000 EUR", "1€50", "1 EUR 2",
    ])
    func `an invalid or ambiguous amount is refused`(text: String) {
        #expect(Amount.read(text) == nil)
    }

    @Test func `a hall file gives one offer per row`() throws {
        let text = """
            # section, rows, numbers, grade, price
            Stalls, 9-11, 1-40, A, 89.00

            Balcony,A-B,7,B,45.5
            ,,1-300,Standing,30
            """
        let offers = try Hall.offers(text, in: .eur)
        let rows = offers.map { offer in
            let seats = offer.seats
            return
                "\(seats.section)|\(seats.row)|\(seats.firstNumber)-\(seats.lastNumber)|\(offer.grade)|\(offer.price)"
        }
        #expect(
            rows == [
                "Stalls|9|1-40|A|8900", "Stalls|10|1-40|A|8900", "Stalls|11|1-40|A|8900", "Balcony|A|7-7|B|4550",
                "Balcony|B|7-7|B|4550", "||1-300|Standing|3000",
            ])
    }

    @Test(arguments: [
        "\u{feff}Section,Rows,Numbers,Grade,Price\r\nUpper Circle,1-2,1-4,A,89.00\r\n,,,,\r\n",
        "Section;Rows;Numbers;Grade;Price\r\nUpper Circle;1-2;1-4;A;89,00\r\n;;;;\r\n",
        "Sektor;Reihen;Plätze;Kategorie;Preis\nUpper Circle;1-2;1-4;A;89,00\n",
        "\"Upper Circle\",\"1-2\",\"1-4\",\"A\",\"89,00 €\"\n",
        "# made by hand\r Upper Circle ,\t1 – 2, 1-4 , A , 89\r",
        "section\trows\tnumbers\tgrade\tprice\nUpper Circle\t1–2\t1-4\tA\t89.00\n",
        "Upper Circle,1-2,1-4,A,89.00,,\n\"# a comment\",,,,,\n",
    ])
    func `what spreadsheets save is a hall`(text: String) throws {
        let offers = try Hall.offers(text, in: .eur)
        #expect(offers.map(\.seats.row) == ["1", "2"])
        for offer in offers {
            #expect(offer.seats.section == "Upper Circle" && offer.grade == "A" && offer.price == 8900)
            #expect(offer.seats.firstNumber == 1 && offer.seats.lastNumber == 4)
        }
    }

    @Test func `two quotation marks in a field stand for one`() throws {
        let lines = try CSVText.lines("a,\"\"\"Gods\"\", top\",b", columnCount: 3)
        #expect(lines.map(\.fields) == [["a", "\"Gods\", top", "b"]])
    }

    @Test(arguments: [
        ("\"a,b", "line 1: a quotation mark is missing after “a,b”"),
        ("\"a\"b,c", "line 1: , must follow the quotation mark, not b"),
        ("Caf\u{fffd},1", "the file is not UTF-8 text. Save it as “CSV UTF-8”"),
    ])
    func `values that are no CSV are refused with the reason`(text: String, problem: String) {
        let error = #expect(throws: GatewayError.self) { try CSVText.lines(text, columnCount: 2) }
        #expect(error?.message == problem)
    }

    @Test(arguments: [
        (
            "Stalls, 1-20, 1-40, A",
            "a line is SECTION, ROWS, NUMBERS, GRADE, PRICE, such as Stalls, 1-20, 1-40, A, 89.00"
        ),
        ("Stalls, 20-1, 1-40, A, 89", "ROWS 20-1 is not one row or a range, such as 7, 1-20 or A-F"),
        ("Stalls, 1, 40-1, A, 89", "NUMBERS 40-1 is not one number or a range, such as 7 or 1-40"),
        ("Stalls, 1, 0-3, A, 89", "NUMBERS must be 1 to 99999; got 0"),
        ("Stalls, 1, 1-100000, A, 89", "NUMBERS must be 1 to 99999; got 100000"),
        ("Stalls, 1, 1-40, , 89", "GRADE must have 1 to 32 bytes; got 0"),
        ("Stalls, 1, 1-40, A, 89.005", "PRICE 89.005 is not an amount in EUR of zero or more, such as 89.00"),
        ("Stalls, 1, 1-40, A, 89 USD", "PRICE 89 USD is not an amount in EUR of zero or more, such as 89.00"),
        ("Stalls, 1, 1-40, A, -1", "PRICE -1 is not an amount in EUR of zero or more, such as 89.00"),
    ])
    func `an invalid line of a hall file is refused with its number and the rule`(line: String, problem: String) {
        let error = #expect(throws: GatewayError.self) { try Hall.offers("# hall\n\(line)", in: .eur) }
        #expect(error?.message == "line 2 of the hall, “\(line)”: \(problem)")
    }

    @Test(arguments: [
        (FieldViolation(field: "best.count", rule: "must be 1 to 50", got: "51"), "--best must be 1 to 50; got 51"),
        (FieldViolation(field: "ends_at_ms", rule: "must be after the start"), "--ends must be after the start"),
        (
            FieldViolation(field: "settings.hold_ms", rule: "must be 1000 to 86400000", got: "90000000"),
            "--hold, in milliseconds, must be 1000 to 86400000; got 90000000"
        ),
        (FieldViolation(field: "settings.name", rule: "must have 1 letter"), "DATE must have 1 letter"),
        (FieldViolation(field: "name", rule: "must have 1 letter"), "NAME must have 1 letter"),
        (FieldViolation(field: "a.new_field", rule: "must be set"), "a.new_field must be set"),
    ])
    func `a broken rule of the contract names the flag or the operand of its field`(
        violation: FieldViolation, problem: String
    ) throws {
        var failure = RPCFailure(CallReason.invalidField, "text for other clients")
        failure.details = [Detail(type: FieldViolation.descriptor.name, value: try violation.encoded())]
        let error = GatewayError(failure, of: .concert, retry: .sameCommand)
        #expect(error.message == problem)
        #expect(error.exit == .refused && error.reason == "INVALID_FIELD")
    }

    @Test(arguments: [
        ("Stalls-12-7", "Stalls|12|7-7"), ("Stalls-12-7..12", "Stalls|12|7-12"), ("12-7", "|12|7-7"), ("7..9", "||7-9"),
    ])
    func `a range of seats is named by its first and last number`(text: String, seats: String) {
        let range = SeatRow(text)?.range ?? SeatRange()
        #expect("\(range.section)|\(range.row)|\(range.firstNumber)-\(range.lastNumber)" == seats)
    }

    @Test(arguments: ["", "Stalls-12-", "Stalls-12-7.9", "Stalls-12-9..7", "a-b-c-1", "-1-2"])
    func `an invalid range of seats is refused`(text: String) {
        #expect(SeatRow(text) == nil)
    }

    @Test(arguments: [
        (0, "0 s"), (1, "1 s"), (59_001, "1 min"), (250_000, "4 min 10 s"), (600_000, "10 min"), (1_500_001, "26 min"),
        (12_000_000, "3 h 20 min"),
    ])
    func `a duration is rounded up and has at most two units`(milliseconds: Int, text: String) {
        #expect(Duration.milliseconds(milliseconds).text == text)
    }
}
