import Encoding
import Identity
import Kernel
import LineLog
import Testing

@Suite struct MerkleTreeTests {
    /// The leaves and roots of the tests of Certificate Transparency.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `the roots are those of RFC 6962, for every earlier size too`() throws {
        var tree = MerkleTree()
        for leaf in Self.leaves { tree.append(.leaf(try #require(Hexadecimal.bytes(of: leaf)))) }
        let roots = (0...tree.size).map { Hexadecimal.text(of: tree.root(at: $0).bytes) }
        #expect(roots == Self.roots)
    }

    @Test func `the path of every leaf gives the root, and that of another leaf does not`() {
        let tree = MerkleTree(count: 70)
        for size in 1...70 {
            for leaf in 0..<size {
                let siblings = KnownHashes.siblings(of: leaf, at: size)
                let path = tree.path(of: leaf, at: size)
                var known = Dictionary(uniqueKeysWithValues: zip(siblings, path))
                known[leaf..<leaf + 1] = .numbered(leaf)
                #expect(KnownHashes(known).hash(0..<size) == tree.root(at: size))
                known[leaf..<leaf + 1] = .numbered(leaf + 1)
                #expect(KnownHashes(known).hash(0..<size) != tree.root(at: size))
            }
        }
    }

    @Test func `the proof of consistency gives both roots`() {
        let tree = MerkleTree(count: 40)
        for size in 1...40 {
            for first in 1...size {
                let ranges = KnownHashes.consistencyRanges(from: first, to: size)
                var known = Dictionary(uniqueKeysWithValues: zip(ranges, tree.consistency(from: first, to: size)))
                if let old = KnownHashes(known).hash(0..<first) { #expect(old == tree.root(at: first)) }
                known[0..<first] = tree.root(at: first)
                #expect(KnownHashes(known).hash(0..<size) == tree.root(at: size))
            }
        }
    }

    @Test func `tiles have the leaves, and above them the roots of 256 leaves each`() {
        let tree = MerkleTree(count: 600)
        let tiles = (0...3).map { tree.tile(0, $0, at: 520) }
        #expect(tiles.map(\.count) == [256, 256, 8, 0].map { 32 * $0 })
        #expect(tiles.flatMap { $0 } == (0..<520).flatMap { SHA256Hash.numbered($0).bytes })
        #expect(tree.tile(1, 0, at: 520) == tree.hash(0..<256).bytes + tree.hash(256..<512).bytes)
        #expect(
            tree.tile(1, 1, at: 520).isEmpty && tree.tile(2, 0, at: 520).isEmpty && tree.tile(99, 0, at: 520).isEmpty)
    }
}

extension MerkleTree {
    init(count: Int) {
        self.init()
        for number in 0..<count { append(.numbered(number)) }
    }
}

extension SHA256Hash {
    static func numbered(_ number: Int) -> SHA256Hash { .leaf(Array("\(number)".utf8)) }
}
