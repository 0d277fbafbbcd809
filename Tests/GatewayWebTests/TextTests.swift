import Files
import Glibc
import Kernel
import TestSupport
import Testing

@testable import GatewayWeb

@Suite struct TextTests {
    /// The texts of the catalogue: `static let name = Text("English", "Korean")`.
    private static func catalogue() -> [(name: String, english: String, korean: String)] {
        let form = /static let (\w+) = Text\(\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\s*\)/
        return sources(in: "Texts").flatMap { source in
            source.matches(of: form).map { (String($0.output.1), String($0.output.2), String($0.output.3)) }
        }
    }

    /// The Swift files of a folder of the edge.
    private static func sources(in folder: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        glob("\(Repository.folder)/Services/Gateway/Web/\(folder)/*.swift", 0, nil, &found)
        return (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].flatMap { try? TextFile.read(String(cString: $0), isSecret: false) }
        }
    }

    private static func isKorean(_ text: String) -> Bool {
        text.unicodeScalars.contains { (0xac00...0xd7a3).contains($0.value) }
    }

    @Test func `each text of the catalogue is there in English and in Korean`() {
        let texts = Self.catalogue()
        #expect(texts.count > 150)
        for text in texts {
            #expect(!text.english.isEmpty && !Self.isKorean(text.english), "\(text.name)")
            #expect(Self.isKorean(text.korean), "\(text.name)")
        }
    }

    @Test func `no page has a text outside the catalogue`() {
        for source in Self.sources(in: "Pages") {
            #expect(!Self.isKorean(source))
        }
    }

    @Test(arguments: [
        (["ko-kr", "en"], Language.korean), (["ko"], .korean), (["de", "ko", "en"], .korean),
        (["en-us", "ko"], .english),
        (["fr"], .english), ([], .english),
    ])
    func `a browser gets the first of its languages that the pages have`(wanted: [String], language: Language) {
        #expect(Language(preferredOf: wanted) == language)
    }

    @Test(
        arguments: [
            (8900, "EUR", "€89.00", "€89.00"), (125_000_050, "EUR", "€1,250,000.50", "€1,250,000.50"),
            (5, "USD", "$0.05", "$0.05"), (0, "GBP", "£0.00", "£0.00"), (50_000, "KRW", "₩50,000", "50,000원"),
            (1200, "JPY", "¥1,200", "¥1,200"), (2050, "CHF", "CHF\u{a0}20.50", "CHF\u{a0}20.50"),
            (1_234_567, "KWD", "KWD\u{a0}1,234.567", "KWD\u{a0}1,234.567"),
        ] as [(UInt64, String, String, String)])
    func `money has the form of its language`(minorUnits: UInt64, currency: String, english: String, korean: String) {
        #expect(MoneyText.text(minorUnits, currency)(in: .english) == english)
        #expect(MoneyText.text(minorUnits, currency)(in: .korean) == korean)
    }

    @Test(
        arguments: [
            ("50", "EUR", 5000), ("50.5", "EUR", 5050), ("12,50", "EUR", 1250), ("1,250.00", "EUR", 125_000),
            ("1,250", "EUR", 125_000), (" €89.00 ", "EUR", 8900), ("50,000원", "KRW", 50_000), ("0", "EUR", nil),
            ("-5", "EUR", nil), ("abc", "EUR", nil), ("", "EUR", nil), ("1.5", "JPY", nil), ("1.234", "EUR", nil),
            ("5", "XYZ", nil), ("99999999999999999999", "EUR", nil),
        ] as [(String, String, UInt64?)])
    func `an amount is read as people type it, and nothing else`(typed: String, currency: String, amount: UInt64?) {
        #expect(MoneyText.minorUnits(of: typed, currency) == amount)
    }

    @Test func `a time is shown in the zone of the venue`() {
        let time = Timestamp(milliseconds: 1_821_736_800_000)
        #expect(TimeText(zone: "Europe/Berlin").date(time)(in: .english) == "Friday, 24 September 2027, 00:00 CEST")
        #expect(TimeText(zone: "Asia/Seoul").date(time)(in: .korean) == "2027년 9월 24일 (금) 07:00 KST")
        #expect(TimeText(zone: "").date(time)(in: .english) == "Thursday, 23 September 2027, 22:00 UTC")
        #expect(TimeText(zone: "Nowhere/Land").short(time)(in: .english) == "23 Sep 2027, 22:00")
    }

    @Test(arguments: [
        (Duration.seconds(0), "0 seconds", "0초"), (.milliseconds(1), "1 second", "1초"),
        (.seconds(59), "59 seconds", "59초"),
        (.seconds(61), "2 minutes", "2분"), (.minutes(60), "1 hour", "1시간"),
        (.minutes(130), "2 hours 10 minutes", "2시간 10분"),
        (.hours(49), "3 days", "3일"),
    ])
    func `a duration is never shown shorter than it is`(duration: Duration, english: String, korean: String) {
        #expect(DurationText.text(duration)(in: .english) == english)
        #expect(DurationText.text(duration)(in: .korean) == korean)
    }

    @Test func `a countdown has minutes and seconds, and hours if there are any`() {
        #expect(DurationText.countdown(.seconds(299)) == "4:59")
        #expect(DurationText.countdown(.milliseconds(298_001)) == "4:59")
        #expect(DurationText.countdown(.seconds(3899)) == "1:04:59")
        #expect(DurationText.countdown(.seconds(-5)) == "0:00")
    }
}
