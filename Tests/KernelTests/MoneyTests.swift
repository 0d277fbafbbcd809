import Kernel
import TestSupport
import Testing

@Suite struct MoneyTests {
    @Test(arguments: [
        (1250, Currency.eur, "12.50 EUR"), (5, .usd, "0.05 USD"), (-5, .usd, "-0.05 USD"), (0, .eur, "0.00 EUR"),
        (1200, .jpy, "1200 JPY"), (100, .gbp, "1.00 GBP"), (Int64.max, .eur, "92233720368547758.07 EUR"),
        (Int64.min, .eur, "-92233720368547758.08 EUR"),
    ])
    func `money prints and reads back`(minorUnits: Int64, currency: Currency, text: String) {
        let money = Money(minorUnits: minorUnits, currency)
        #expect(money.description == text)
        #expect(Money(text) == money)
    }

    @Test func `a currency with three decimals prints three`() throws {
        let dinar = try #require(Currency("KWD"))
        #expect(Money(minorUnits: 1234, dinar).description == "1.234 KWD")
        #expect(Money("1.2 KWD") == Money(minorUnits: 1200, dinar))
    }

    @Test(arguments: [("12 EUR", 1200), ("12.5 EUR", 1250), ("EUR 12.50", 1250), ("12.50 eur", 1250), ("-1 EUR", -100)])
    func `money reads the common notations`(text: String, minorUnits: Int64) {
        #expect(Money(text) == Money(minorUnits: minorUnits, .eur))
    }

    @Test(arguments: [
        "", "12", "EUR", "12.505 EUR", "1.2.3 EUR", "12. EUR", ".5 EUR", "12.50 EURO", "12.50 XXQ", "1e3 EUR",
        "--1 EUR",
        "+1 EUR", "1,50 EUR", "92233720368547758.08 EUR", "9999999999999999999999 EUR", "0.5 JPY", "١ EUR",
    ])
    func `text that is not an amount is refused`(text: String) {
        #expect(Money(text) == nil)
    }
}
