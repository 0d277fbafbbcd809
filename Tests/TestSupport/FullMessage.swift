import Encoding
import Kernel

extension Everything {
    /// A message with all fields set to values that are easy to get wrong.
    package static let full = Everything(
        doubleValue: -0.1, floatValue: 1.5, int32Value: .min, int64Value: .min, uint32Value: .max, uint64Value: .max,
        sint32Value: .min, sint64Value: .min, fixed32Value: .max, fixed64Value: .max, sfixed32Value: .min,
        sfixed64Value: .min, boolValue: true, stringValue: "Grüße, 世界 🎫", bytesValue: [0, 1, 255], colour: .belowZero,
        nested: .init(name: "n", kind: .default, deeper: .init(names: ["", "a", ""], weight: -1)),
        doubles: [0, -1, .infinity], floats: [0, .leastNonzeroMagnitude], int32s: [0, -1, .max],
        int64s: [0, -1, .max], uint32s: [0, .max], uint64s: [0, .max], sint32s: [0, -1, .max],
        sint64s: [0, -1, .max], fixed32s: [0, .max], fixed64s: [0, .max], sfixed32s: [0, .min],
        sfixed64s: [0, .min], bools: [true, false, true],
        strings: ["", "a", "ü"], blobs: [[], [0], [1, 2]], colours: [.unspecified, .darkGreen, .belowZero],
        nesteds: [.init(), .init(name: "second", kind: .plain)], unpacked: [0, 300, .max],
        choice: .leaf(.init(name: "leaf")), guard: "g", init: 1, description: true, where: [7], type: .plain)
}

/// The bytes of hexadecimal digits.
package func bytes(_ digits: String) -> [UInt8] {
    guard let bytes = Hexadecimal.bytes(of: digits) else { fatalError("\(digits) is not hexadecimal") }
    return bytes
}
