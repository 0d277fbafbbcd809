/// Writes pictures in black and white as PNG files (ISO/IEC 15948), without compression.
enum PNG {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    /// The longest block of deflate that is stored without compression.
    private static let maximumBlockBytes = 65_535

    static func bytes(width: Int, height: Int, isBlack: (_ row: Int, _ column: Int) -> Bool) -> [UInt8] {
        var pixels: [UInt8] = []
        for row in 0..<height {
            pixels.append(0)  // The line has no filter.
            for start in stride(from: 0, to: width, by: 8) {
                let bits = (start..<start + 8).map { $0 < width && isBlack(row, $0) ? 0 : 1 }
                pixels.append(UInt8(bits.reduce(0) { $0 << 1 | $1 }))
            }
        }
        // One bit per pixel, grey, without interlacing.
        let header = big(UInt32(width)) + big(UInt32(height)) + [1, 0, 0, 0, 0]
        return signature + chunk("IHDR", header) + chunk("IDAT", zlib(pixels)) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + content
        return big(UInt32(content.count)) + checked + big(crc(checked))
    }

    /// The bytes in the format of zlib (RFC 1950), in stored blocks.
    private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes.count, by: maximumBlockBytes) {
            let block = bytes[start..<min(start + maximumBlockBytes, bytes.count)]
            let count = UInt16(block.count)
            stream.append(block.endIndex == bytes.count ? 1 : 0)
            stream += [count, ~count].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] } + block
        }
        return stream + big(adler(bytes))
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xedb8_8320 : 0) }
        }
    }

    private static func adler(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
}
