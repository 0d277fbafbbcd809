import Journeys
import Kernel
import QueueAPI

/// The ways into the lines of a date, for a buyer without a place: its room, and its presales.
struct Entrances: Sendable {
    private static let refresh = Duration.seconds(30)

    let line: Line
    /// The latest place of the buyer, which has ended.
    let last: Place?

    private var visit: Visit { line.visit }

    func page(_ note: Problem?) async throws -> Page {
        let room = try await visit.caller.call(QueueMethods.findRoom, FindRoomRequest(roomID: line.room)).room
        var presales: [Room] = []
        for id in line.presales {
            // Without an answer, the buyer still sees the room of the date.
            if let found = await Rooms(visit.caller).room(id), !found.state.isClosedToJoins { presales.append(found) }
        }
        let canJoin = ([room] + presales).contains(where: \.canBeJoined)
        let isOver = room.state.isClosedToJoins && presales.isEmpty
        let sections = [section(of: room, mayReload: !canJoin), section(of: presales, mayReload: !canJoin)]
        return Page(
            visit(room.title), status: note?.status ?? 200,
            // A page with a form does not reload, because the buyer may be typing a code.
            refresh: canJoin || isOver ? nil : (after: Self.refresh, path: line.path),
            """
            \(line.heading)\(note.map { $0.content(visit) })\(end)
            \(room.canBeJoined ? sections : sections.reversed())
            """)
    }

    /// Why the last place has ended.
    private var end: HTML {
        let text: Text? =
            switch last?.state {
            case .finished: .youHaveBought
            case .lapsed: .turnIsOver
            case .revoked: .revoked(because: last?.reason ?? "")
            case .left: .placeWasLeft
            default: nil
            }
        return text.map { "<p class=\"note\">\(visit($0))</p>" } ?? ""
    }

    private func section(of room: Room, mayReload: Bool) -> HTML {
        let join = last?.roomID == room.roomID ? Text.joinAgain : .join
        let opening = opening(of: room, .joinsIn, mayReload: mayReload)
        return """
            <section class="card centred"><h2>\(visit(room.title))</h2>
            \(opening ?? "<p>\(visit(room.sentence))</p>")\(line.message(room.message))
            \(HTML.when(room.canBeJoined, room.needsCode ? codeForm(join) : form(join)))
            </section>
            """
    }

    // MARK: Presales

    private func section(of presales: [Room], mayReload: Bool) -> HTML {
        guard !presales.isEmpty else { return "" }
        let joinable = presales.filter(\.canBeJoined)
        let openings: [HTML] = presales.compactMap { opening(of: $0, .presaleJoinsIn, mayReload: mayReload) }
        let forms: [HTML] = joinable.filter { !$0.needsCode }.map { form(.joinPresale, presale: $0) }
        let codes = HTML.when(joinable.contains(where: \.needsCode), codeForm(.joinWithCode))
        return """
            <section class="card centred"><h2>\(visit(.presale))</h2><p>\(visit(.presaleWhy))</p>
            \(openings)\(presales.map { line.message($0.message) })\(forms)\(codes)
            </section>
            """
    }

    /// The time until a scheduled room can be joined.
    private func opening(of room: Room, _ text: Text, mayReload: Bool) -> HTML? {
        guard room.state == .scheduled, let time = room.times.joinsAt ?? room.times.opensAt else { return nil }
        let countdown = Parts.countdown(to: time, visit, reloads: mayReload)
        return "<p>\(visit(text))</p><p class=\"big\">\(countdown)</p>"
    }

    private func form(_ button: Text, presale: Room? = nil) -> HTML {
        let field = presale.map { "<input type=hidden name=room value=\"\($0.roomID)\">" as HTML }
        return Parts.form(visit, .join, to: line.path, visit(button), "\(field)")
    }

    /// The code names its room. A code that was refused stays in its field.
    private func codeForm(_ button: Text) -> HTML {
        let typed = visit.request.form?["code"] ?? ""
        return """
            <form method="post" action="\(line.path)" class="stack code">\(visit.fields(.join))
            <label>\(visit(.joinCode)) <input name="code" required autocomplete="off" autocapitalize="characters" \
            spellcheck="false" value="\(typed)"></label>
            <p class="hint">\(visit(.joinCodeHint))</p><button>\(visit(button))</button></form>
            """
    }
}

extension Room {
    fileprivate var canBeJoined: Bool { state != .scheduled && !state.isClosedToJoins }

    fileprivate var title: Text {
        switch state {
        case .scheduled: .roomNotOpenTitle
        case .draining, .closed: .roomClosedTitle
        default: .joinTitle
        }
    }

    fileprivate var sentence: Text {
        switch state {
        case .scheduled: .roomIsScheduled
        case .draining, .closed: .roomClosedWhy
        case .preQueue where draw?.state == .pending: .joinDrawWhy
        default: needsCode ? .joinCodeWhy : .joinWhy
        }
    }
}
