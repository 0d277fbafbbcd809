/// Every small change of `bytes`: each bit flipped, each end cut off, one byte added.
func spoiled(_ bytes: [UInt8]) -> [[UInt8]] {
    var all: [[UInt8]] = []
    for bit in 0..<bytes.count * 8 {
        var altered = bytes
        altered[bit / 8] ^= 1 << UInt8(bit % 8)
        all.append(altered)
    }
    for count in bytes.indices { all.append(Array(bytes.prefix(count))) }
    all.append(bytes + [0])
    return all
}
