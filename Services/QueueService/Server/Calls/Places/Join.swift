import Identity
import Kernel
import QueueAPI
import QueueDomain
import RPC
import Service

extension QueueServer {
    func join(_ request: JoinRequest, call: Call, answer: Answer<JoinReply>) {
        do {
            let (place, user) = (PlaceID(of: try call.requestID), try call.user)
            if let limit = throttle.take(user, from: call.origin.remoteNetwork) {
                throw RPCFailure.tooOften(limit, spread: place.spread(at: 0))
            }
            let waiting = JoinBatch.Request(
                place: place, user: user, deadline: call.deadline, code: try code(of: request))
            joins.add(waiting, to: request.roomID) { [self] batch, index in
                do {
                    let batch = try batch.get()
                    answer.give(joinReply(try batch.outlook(index), at: batch.time))
                } catch {
                    answer.fail(error)
                }
            }
        } catch {
            answer.fail(error)
        }
    }

    /// The code of a request, which is genuine and for its room. Nil without one.
    private func code(of request: JoinRequest) throws(QueueRefusal) -> JoinCode? {
        guard !request.code.isEmpty else { return nil }
        let code: JoinCode
        do throws(TokenError) { code = try codes.verify(request.code) } catch {
            throw .because(.codeRefused, "the code was rejected: \(error). Send all of it, as you received it")
        }
        guard code.room == request.roomID else { throw .because(.codeOfAnotherRoom) }
        return code
    }

    /// A user who is admitted by the join can browse at once. The pass is no claim: it ends with the time to come in.
    private func joinReply(_ outlook: Outlook, at now: Timestamp) -> JoinReply {
        let place = outlook.place
        guard place.state == .admitted, let lapsesAt = place.lapsesAt, lapsesAt > now else {
            return JoinReply(place: .init(outlook))
        }
        let (pass, expiry) = pass(for: place, in: outlook.room, until: lapsesAt, now: now)
        let start = min(now, clock.now)
        return JoinReply(
            place: .init(outlook), pass: pass, passExpiresAt: expiry, renewAfter: (expiry - start) / 2)
    }

    /// A pass until `end`, but for `passLifetime` at most. The time of a transaction may be ahead of the clock, but a pass
    /// lives from the actual time.
    func pass(
        for place: Place, in room: RoomID, until end: Timestamp, now: Timestamp
    ) -> (pass: [UInt8], expiry: Timestamp) {
        let expiry = min(min(now, clock.now) + Self.passLifetime, end)
        return (passes.sign(Pass(room: room, place: place.id, user: place.user, expiry: expiry)), expiry)
    }
}
