import ConcertDomain
import Identity
import Kernel
import RPC

extension ConcertServer {
    /// The place that the pass proves. Nil if `room` is nil, because no pass is needed then.
    func place(_ pass: [UInt8], in room: RoomID?, call: Call) throws -> Pass? {
        guard let room else { return nil }
        guard !pass.isEmpty else {
            throw ConcertRefusal.because(
                .passMissing, "a pass of room \(room) is required: join the room and wait for your turn")
        }
        let user = try call.user
        let place: Pass
        do throws(TokenError) {
            place = try passes.verify(pass, of: user, at: clock.now)
        } catch {
            throw ConcertRefusal.passRefused("\(error)")
        }
        guard place.room == room else {
            throw ConcertRefusal.because(
                .passOfAnotherRoom, "the pass is for another room: send a pass of room \(room)")
        }
        return place
    }

    /// Operators need no pass to read dates and maps.
    func checkBrowsing(_ pass: [UInt8], in room: RoomID?, call: Call) throws -> Pass? {
        call.caller?.role == .operator ? nil : try place(pass, in: room, call: call)
    }
}
