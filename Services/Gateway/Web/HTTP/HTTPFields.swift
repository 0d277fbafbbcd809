import Kernel

/// Names with values, in their order: the headers, the query, the cookies or the form of a request.
struct HTTPFields: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        let name: String
        let value: String
    }

    private(set) var all: [Field]

    init(_ all: [Field] = []) {
        self.all = all
    }

    /// The first value of a name. Names of headers are in lower case.
    subscript(_ name: String) -> String? { all.first { $0.name == name }?.value }

    /// All values of a name, such as those of checkboxes.
    func values(of name: String) -> [String] {
        all.filter { $0.name == name }.map(\.value)
    }

    mutating func append(_ name: String, _ value: String) {
        all.append(Field(name: name, value: value))
    }
}

extension HTTPFields {
    /// Reads `a=1&b=x+y`, as in a query or a form. Nil if an escape is invalid.
    init?(form text: some StringProtocol) {
        var fields = HTTPFields()
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.text(of: parts[0], plusIsSpace: true),
                let value = PercentEncoding.text(of: parts.count == 2 ? parts[1] : "", plusIsSpace: true)
            else { return nil }
            fields.append(name, value)
        }
        self = fields
    }

    /// Reads `a=1; b=2`, the header `Cookie`. Skips parts without `=`.
    init(cookies text: String) {
        self.init(
            text.split(separator: ";").compactMap { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { return nil }
                return Field(name: parts[0].trimmed, value: parts[1].trimmed)
            })
    }
}

/// Percent encoding of URLs (RFC 3986).
enum PercentEncoding {
    /// Decodes a part of a URL. Nil if an escape is incomplete, or if the bytes are no UTF-8 or contain NUL.
    static func text(of encoded: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(encoded.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    /// Encodes a text as one component of a path, or as a name or a value of a query.
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if byte.isLetterOrDigit || "-._~".utf8.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}

extension UInt8 {
    fileprivate var hexadecimalValue: UInt8? {
        Character(Unicode.Scalar(self)).hexDigitValue.map { UInt8($0) }
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at either end.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
