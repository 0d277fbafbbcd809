/// A currency of ISO 4217.
package struct Currency: Hashable, Sendable {
    /// Three upper-case letters.
    package let code: String

    /// The number of decimals: 2 for the euro, 0 for the yen, 3 for dinars.
    package var fractionDigits: Int { Self.fractionDigits[code] ?? 2 }

    private static let codes = CodeSet(
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY \
        COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR \
        ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
        MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF \
        SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU \
        UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW
        """)

    private static let fractionDigits: [String: Int] = {
        let without = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
        let three = "BHD IQD JOD KWD LYD OMR TND"
        var digits: [String: Int] = [:]
        for code in without.split(separator: " ") { digits[String(code)] = 0 }
        for code in three.split(separator: " ") { digits[String(code)] = 3 }
        return digits
    }()
}

extension Currency: LosslessStringConvertible {
    /// Accepts lower case. Nil for a code that is not in ISO 4217.
    package init?(_ text: String) {
        var code = text
        if !Self.codes.contains(&code) {
            code = text.uppercased()
            guard Self.codes.contains(&code) else { return nil }
        }
        self.code = code
    }

    package var description: String { code }
}

/// A set of three upper-case letters. Every row with money has a code, and hashing it would cost as much as reading the row.
private struct CodeSet: Sendable {
    private static let letterCount = 26
    private var isKnown = [Bool](repeating: false, count: letterCount * letterCount * letterCount)

    /// `codes` are separated by spaces.
    init(_ codes: String) {
        for code in codes.split(separator: " ") {
            var code = String(code)
            isKnown[Self.index(of: &code)!] = true
        }
    }

    func contains(_ code: inout String) -> Bool { Self.index(of: &code).map { isKnown[$0] } ?? false }

    private static func index(of code: inout String) -> Int? {
        code.withUTF8 { letters in
            guard letters.count == 3 else { return nil }
            var index = 0
            for letter in letters {
                guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter) else { return nil }
                index = index * letterCount + Int(letter - UInt8(ascii: "A"))
            }
            return index
        }
    }
}
