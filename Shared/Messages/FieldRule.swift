import CProtobufC
import Kernel

/// The rules that the options of a field declare. Generated code calls them before it reads the struct.
@usableFromInline
package enum FieldRule {
    /// The characters of a text, and the unit of its length.
    @usableFromInline
    package enum Text {
        case bytes, characters, name, nameOfRoom, nameOfUser, currency, plainCharacters, plainBytes
    }

    @inlinable
    package static func time(_ milliseconds: Int64, isRequired: Bool, _ field: StaticString) throws(MessageError) {
        guard milliseconds > 0 || (milliseconds == 0 && !isRequired) else {
            let rule = "must be a time in milliseconds since 1970"
            throw refused(field, isRequired ? rule : "\(rule), or 0 for none", got: "\(milliseconds)")
        }
    }

    /// `zero` is the meaning of 0, if 0 is allowed outside of the range.
    @inlinable
    package static func range(
        _ number: Int64, _ allowed: ClosedRange<Int64>, zero: StaticString?, _ field: StaticString
    ) throws(MessageError) {
        guard allowed.contains(number) || (number == 0 && zero != nil) else {
            let rule = "must be \(allowed.lowerBound) to \(allowed.upperBound)"
            throw refused(field, zero.map { "\(rule), or 0 for \($0)" } ?? rule, got: "\(number)")
        }
    }

    package static func text(
        _ text: UnsafePointer<CChar>?, _ lengths: ClosedRange<Int>, _ kind: Text, _ field: StaticString
    ) throws(MessageError) {
        let text = String(reading: text)
        let length = kind == .characters || kind == .plainCharacters ? text.count : text.utf8.count
        let isLengthAllowed = kind == .currency || lengths.contains(length)
        guard !(isLengthAllowed && kind.allows(text, upTo: lengths.upperBound)) else { return }
        let rule =
            kind == .currency ? kind.rule : "must have \(lengths.lowerBound) to \(lengths.upperBound) \(kind.rule)"
        // Other texts are not repeated: one of them is a password.
        let isRepeated = ![.bytes, .characters, .plainCharacters, .plainBytes].contains(kind)
        throw refused(field, rule, got: isRepeated ? "“\(Excerpt.of(text))”" : "\(length)")
    }

    @usableFromInline
    static func refused(_ field: StaticString, _ rule: String, got: String) -> MessageError {
        MessageError("\(field)", breaking: rule, got: got)
    }
}

extension FieldRule.Text {
    fileprivate var rule: String {
        switch self {
        case .bytes: "bytes"
        case .characters: "characters"
        case .name: "lower-case letters, digits and hyphens, without a hyphen at either end"
        case .nameOfRoom: "lower-case letters, digits and hyphens, beginning with a letter"
        case .nameOfUser: "lower-case letters, digits, dots, hyphens and underscores, beginning with a letter"
        case .currency: "must be a code of ISO 4217 such as EUR"
        case .plainCharacters:
            "characters of at most \(Self.maximumBytesOfACharacter) bytes on average, \(String.ruleOfPlainLines)"
        case .plainBytes: "bytes, \(String.ruleOfPlainLines)"
        }
    }

    /// A character can have any number of accents, so its bytes are limited, too.
    private static let maximumBytesOfACharacter = 8

    fileprivate func allows(_ text: String, upTo maximum: Int) -> Bool {
        switch self {
        case .bytes, .characters: true
        case .name: text.isMade(ofLettersDigitsAnd: "-") && !text.hasPrefix("-") && !text.hasSuffix("-")
        case .nameOfRoom: text.isName(with: "-")
        case .nameOfUser: text.isName(with: ".-_")
        case .currency: Currency(text) != nil
        case .plainCharacters: text.utf8.count <= maximum * Self.maximumBytesOfACharacter && text.isPlainLine
        case .plainBytes: text.isPlainLine
        }
    }
}

// The checks of messages inside. The path of the field begins with the name of the outer field.
extension Message {
    @inlinable
    package static func check(_ fields: UnsafeMutablePointer<Layout>?, in field: StaticString) throws(MessageError) {
        guard let fields else { return }
        do throws(MessageError) {
            try check(UnsafePointer(fields))
        } catch {
            throw error.inside(field)
        }
    }

    @inlinable
    package static func check(
        _ elements: UnsafeMutablePointer<UnsafeMutablePointer<Layout>?>?, count: Int, in field: StaticString
    ) throws(MessageError) {
        guard let elements else { return }
        for index in 0..<count { try check(elements[index], in: field) }
    }
}
