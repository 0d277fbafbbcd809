import Identity
import Kernel
import LineLog
import TestSupport
import Testing

@testable import Gateway

/// `gateway verify` with files of a line of three places.
struct VerifyTests {
    private let folder = TemporaryFolder()
    private let keys = LineKeys(.random())
    private let origin = LineOrigin(site: "tickets.example.com", room: RoomID(high: 1, low: 2))

    private var key: String { SignedNote.keyText(of: keys.publicKeys[0], named: origin.text) }

    /// Writes the receipt of place 2 in a line of the places with these ids.
    private func write(_ places: [UInt64], to name: String) {
        let now = Timestamp(milliseconds: 1_795_000_000_000)
        let leaves = places.enumerated().map { index, place in
            LineLeaf(room: origin.room, number: Int64(index + 1), joinedAt: now, place: PlaceID(high: 7, low: place))
        }
        var tree = MerkleTree()
        for leaf in leaves { tree.append(leaf.hash) }
        let checkpoint = LineCheckpoint(
            of: origin, size: tree.size, root: tree.root(at: tree.size), admitted: 1, at: now, signedWith: keys)
        let statement = PlaceStatement(.waiting, position: 2, of: leaves[1], at: now, signedWith: keys)
        let path = tree.path(of: 1, at: tree.size)
        folder.write(LineReceipt(of: leaves[1], path: path, in: checkpoint, statement).text, to: name)
    }

    private func verify(_ arguments: String...) async -> CommandResult {
        let environment = ["HOME": folder.path, "TZ": "UTC"]
        return await gateway(["verify"] + arguments, environment: environment)
    }

    @Test func `a receipt is proven, alone and beside a later one`() async {
        write([1, 2, 3], to: "early")
        write([1, 2, 3, 4], to: "late")
        let alone = await verify("\(folder.path)/early", "--key", key)
        #expect(alone.exit == .done && alone.output.contains("Place 2 of 3 is proven"), "\(alone)")
        let both = await verify("\(folder.path)/early", "\(folder.path)/late", "--key", key, "--json")
        #expect(both.exit == .done && both.output.contains(#""samePlaces":2"#), "\(both)")
    }

    @Test func `a changed line ends with 1 and names the first wrong leaf`() async {
        write([1, 2, 3], to: "early")
        write([9, 2, 3], to: "late")
        let result = await verify("\(folder.path)/early", "\(folder.path)/late", "--key", key)
        #expect(
            result.exit == .refused && result.errorOutput.contains("the first wrong leaf is 0: place 1"), "\(result)")
        #expect(result.errorOutput.contains("Keep the files"), "\(result)")
    }

    @Test func `a file that its holder may have changed is no proof`() async {
        folder.write("hello", to: "damaged")
        let damaged = await verify("\(folder.path)/damaged", "--key", key)
        #expect(damaged.exit == .refused && !damaged.errorOutput.contains("Keep the files"), "\(damaged)")
        let record = LineDrawRecord(
            of: origin, round: 5, secretHash: SHA256Hash(of: []), list: nil, result: nil, signedWith: keys)
        folder.write(record.note.whole, to: "draw")
        let draw = await verify("\(folder.path)/draw", "--key", key)
        #expect(draw.exit == .file && draw.errorOutput.contains("gateway verify-draw"), "\(draw)")
    }

    @Test func `without a key, and with a file that is missing, the command says what to do`() async {
        write([1, 2, 3], to: "early")
        let keyless = await verify("\(folder.path)/early")
        #expect(keyless.exit == .usage && keyless.errorOutput.contains("gateway line"), "\(keyless)")
        let fileless = await verify("\(folder.path)/none", "--key", key)
        #expect(fileless.exit == .file && fileless.errorOutput.contains("there is no file"), "\(fileless)")
        let badKey = await verify("\(folder.path)/early", "--key", "AAAA")
        #expect(badKey.exit == .usage && badKey.errorOutput.contains("NAME+ID+KEY"), "\(badKey)")
    }
}
