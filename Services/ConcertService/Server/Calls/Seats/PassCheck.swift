import ConcertDomain
import Identity
import Kernel
import RPC

extension ConcertServer {
    /// The place that the pass proves, in one of `rooms`. Nil if there are none, because no pass is needed then.
    func place(_ pass: [UInt8], in rooms: [RoomID], call: Call) throws -> Pass? {
        guard !rooms.isEmpty else { return nil }
        guard !pass.isEmpty else {
            throw ConcertRefusal.because(
                .passMissing, "a pass of room \(names(of: rooms)) is required: join the room and wait for your turn")
        }
        let user = try call.user
        let place: Pass
        do throws(TokenError) {
            place = try passes.verify(pass, of: user, at: clock.now)
        } catch {
            throw ConcertRefusal.passRefused("\(error)")
        }
        guard rooms.contains(place.room) else {
            throw ConcertRefusal.because(
                .passOfAnotherRoom, "the pass is for another room: send a pass of room \(names(of: rooms))")
        }
        return place
    }

    private func names(of rooms: [RoomID]) -> String { rooms.map { "\($0)" }.joined(separator: " or ") }

    /// Operators need no pass to read dates and maps.
    func checkBrowsing(_ pass: [UInt8], in rooms: [RoomID], call: Call) throws -> Pass? {
        call.caller?.role == .operator ? nil : try place(pass, in: rooms, call: call)
    }
}
