import Kernel
import QueueDomain
import TestSupport
import Testing

/// Plays a script against a line. Each line has a time, a user or the room, an action and the expected outcome. The
/// outcome is the state of the place, the phase of the room, or the
/// reason of the refusal.
///
///     00:00      alice join   ADMITTED
///     00:59.999  bob   look   WAITING
func play(_ script: String, in line: Line, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var line = line
    for text in script.split(separator: "\n") {
        let words = text.split(separator: " ").map(String.init)
        try #require(words.count >= 4, "\(text)", sourceLocation: sourceLocation)
        line.pass(until: .noon + time(words[0]))
        let expected = words[3...].joined(separator: " ")
        let outcome = words[1] == "room" ? line.operate(words[2]) : line.act(user(words[1]), words[2])
        #expect(outcome == expected, "\(text)", sourceLocation: sourceLocation)
    }
}

private func time(_ text: String) -> Duration {
    let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." }).map { Int64($0)! }
    return .minutes(parts[0]) + .seconds(parts[1]) + .milliseconds(parts.count > 2 ? parts[2] : 0)
}

private func user(_ name: String) -> UserID {
    switch name {
    case "alice": .alice
    case "bob": .bob
    default: UserID(high: 9, low: UInt64(name.utf8.first!))
    }
}

extension Line {
    fileprivate mutating func act(_ user: UserID, _ verb: String) -> String {
        let now = now
        do throws(QueueRefusal) {
            switch verb {
            case "join": return "\(try join(user).state)"
            case "renew":
                return
                    "\(try change(user) { room, place throws(QueueRefusal) in try room.claim(&place, now: now) }.state)"
            case "leave": return "\(try change(user) { room, place in room.leave(&place, now: now) }.state)"
            case "finish":
                return
                    "\(try change(user) { room, place throws(QueueRefusal) in try room.finish(&place, now: now) }.state)"
            case "revoke":
                return
                    "\(try change(user) { room, place throws(QueueRefusal) in room.revoke(&place, because: "touts", now: now) }.state)"
            case "look":
                guard let place = place(of: user) else { throw .because(.placeUnknown) }
                let outlook = room.outlook(of: place, at: now)
                return outlook.place.state == .waiting ? "WAITING \(outlook.ahead)" : "\(outlook.place.state)"
            default: return "unknown verb \(verb)"
            }
        } catch {
            return error.name
        }
    }

    fileprivate mutating func operate(_ verb: String) -> String {
        do throws(QueueRefusal) {
            switch verb {
            case "open": try room.open(now: now)
            case "pause": try room.pause(now: now)
            case "drain": try room.drain(now: now)
            case "close": room.close()
            case "look": break
            case "limit": try room.configure(limits: try Room.Limits(active: 2), times: nil, now: now)
            default: return "unknown verb \(verb)"
            }
            settle()
            return "\(room.phase(at: now))"
        } catch {
            return error.name
        }
    }
}

extension QueueRefusal {
    /// `ROOM_CLOSED`
    fileprivate var name: String {
        if case .because(let reason, _) = self { reason.rawValue } else { "\(self)" }
    }
}
