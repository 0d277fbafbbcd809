import Kernel

extension Everything {
    /// A random message. It contains no NaN, because NaN equals nothing.
    package static func random(using random: inout SeededGenerator) -> Everything {
        var maker = MessageMaker(random: random)
        defer { random = maker.random }
        return maker.everything()
    }
}

/// Generates values in which the limits of a type are as likely as all values between them.
private struct MessageMaker {
    var random: SeededGenerator

    mutating func everything() -> Everything {
        Everything(
            doubleValue: double(), floatValue: Float(double()), int32Value: number(), int64Value: number(),
            uint32Value: number(), uint64Value: number(), sint32Value: number(), sint64Value: number(),
            fixed32Value: number(), fixed64Value: number(), sfixed32Value: number(), sfixed64Value: number(),
            boolValue: .random(using: &random), stringValue: text(), bytesValue: bytes(), colour: colour(),
            nested: .random(using: &random) ? nested() : nil, doubles: list { $0.double() },
            floats: list { Float($0.double()) }, int32s: list { $0.number() }, int64s: list { $0.number() },
            uint32s: list { $0.number() }, uint64s: list { $0.number() }, sint32s: list { $0.number() },
            sint64s: list { $0.number() }, fixed32s: list { $0.number() }, fixed64s: list { $0.number() },
            sfixed32s: list { $0.number() }, sfixed64s: list { $0.number() },
            bools: list { .random(using: &$0.random) }, strings: list { $0.text() }, blobs: list { $0.bytes() },
            colours: list { $0.colour() }, nesteds: list { $0.nested() }, unpacked: list { $0.number() },
            choice: choice(), guard: text(), init: number(), description: .random(using: &random), where: bytes(),
            type: .init(rawValue: number()))
    }

    private mutating func number<Number: FixedWidthInteger>() -> Number {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: 0
        case 1: .min
        case 2: .max
        case 3: Number(truncatingIfNeeded: Int.random(in: -300...300, using: &random))
        default: Number(truncatingIfNeeded: random.next())
        }
    }

    private mutating func double() -> Double {
        let value = Double(bitPattern: number())
        return value.isNaN ? 0.1 : value
    }

    private mutating func text() -> String {
        let alphabet: [Character] = ["a", "\u{1}", "\"", "\\", "/", "ü", "世", "🎫", "\u{7f}", "\u{2028}", "<"]
        return String((0..<length()).map { _ in alphabet.randomElement(using: &random)! })
    }

    private mutating func bytes() -> [UInt8] { list { $0.number() } }

    private mutating func colour() -> Colour {
        [.unspecified, .red, .darkGreen, .belowZero, Colour(rawValue: 99)].randomElement(using: &random)!
    }

    private mutating func nested() -> Everything.Nested {
        .init(
            name: text(), kind: [.unspecified, .plain, .default].randomElement(using: &random)!,
            deeper: .random(using: &random) ? .init(names: list { $0.text() }, weight: number()) : nil)
    }

    private mutating func choice() -> Everything.Choice? {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .number(number())
        case 1: .text(text())
        case 2: .blob(bytes())
        case 3: .flag(.random(using: &random))
        case 4: .ratio(double())
        case 5: .shade(colour())
        case 6: .leaf(nested())
        default: nil
        }
    }

    private mutating func length() -> Int { Int.random(in: 0...20, using: &random) % 9 }

    private mutating func list<Element>(_ make: (inout MessageMaker) -> Element) -> [Element] {
        (0..<length()).map { _ in make(&self) }
    }
}
