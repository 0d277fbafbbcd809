import Kernel

/// One date of a concert, with the rules for the sale of its seats.
package struct Schedule: Equatable, Sendable {
    /// Maximum of rooms whose passes a date accepts.
    package static let maximumRooms = 4

    package let id: ScheduleID
    package let concert: ConcertID
    package let currency: Currency
    /// Fingerprint of the settings in the request that added it, to recognize a repeated request.
    package let addedAs: Fingerprint
    package private(set) var settings: Settings
    package private(set) var returnPolicy: ReturnPolicy
    /// Set if the date is cancelled.
    package internal(set) var cancellation: DateCancellation?
    /// Increases with every change of the settings.
    package internal(set) var version: Int64
    /// The request that made the latest version, to recognize a repeated request.
    package private(set) var changedBy: RequestID
    /// Increases with every change of the seats.
    package let layoutVersion: Int64
    /// Nil if a version that did not store it has added the date.
    package let addedAt: Timestamp?
    /// Time of the latest version. Nil if a version that did not store it has made it.
    package internal(set) var changedAt: Timestamp?
    /// The latest move. Nil if the date was never moved.
    package internal(set) var move: Move?

    /// Other times of a date, for a reason that buyers read.
    package struct Move: Equatable, Sendable {
        package let at: Timestamp
        package let reason: String
        /// Users can return tickets that were sold for other times before this time, and nothing is kept. Nil for no such
        /// right.
        package let returnUntil: Timestamp?

        package init(at: Timestamp, reason: String, returnUntil: Timestamp?) {
            self.at = at
            self.reason = reason
            self.returnUntil = returnUntil
        }
    }

    package init(_ id: ScheduleID, of concert: Concert, _ settings: Settings, now: Timestamp) {
        self.init(
            stored: id, concert: concert.id, currency: concert.currency, addedAs: settings.fingerprint,
            settings: settings, returnPolicy: .keepsNothing,
            version: 1, changedBy: RequestID(of: id), layoutVersion: 0, addedAt: now, changedAt: now)
    }

    package init(
        stored id: ScheduleID, concert: ConcertID, currency: Currency, addedAs: Fingerprint, settings: Settings,
        returnPolicy: ReturnPolicy, version: Int64, changedBy: RequestID, layoutVersion: Int64, addedAt: Timestamp?,
        changedAt: Timestamp?, move: Move? = nil, cancellation: DateCancellation? = nil
    ) {
        self.id = id
        self.concert = concert
        self.currency = currency
        self.addedAs = addedAs
        self.settings = settings
        self.returnPolicy = returnPolicy
        self.version = version
        self.changedBy = changedBy
        self.layoutVersion = layoutVersion
        self.addedAt = addedAt
        self.changedAt = changedAt
        self.move = move
        self.cancellation = cancellation
    }

    /// Returns the date if the request with `settings` repeats the one that added it. Otherwise the request id was
    /// reused.
    package func matching(_ settings: Settings) throws(ConcertRefusal) -> Schedule {
        guard addedAs == settings.fingerprint else { throw .requestIDReused }
        return self
    }

    /// Changes the settings. Returns false if the same request has already changed them.
    package mutating func configure(
        _ settings: Settings, version: Int64, by request: RequestID, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        var settings = settings
        settings.keep(presales: self.settings.presales)
        return try change(settings, returnPolicy, version: version, by: request, now: now)
    }

    /// Replaces the presales. Returns false if the same request has already done it.
    package mutating func setPresales(
        _ rooms: [RoomID], version: Int64, by request: RequestID, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        guard rooms.count < Self.maximumRooms else {
            throw .invalid(
                "presales",
                "must have at most \(Self.maximumRooms - 1) rooms, because a date accepts the passes of at most "
                    + "\(Self.maximumRooms) rooms with its own; got \(rooms.count): leave some out")
        }
        guard Set(rooms).count == rooms.count, !rooms.contains(where: { $0 == self.settings.room }) else {
            throw .invalid("presales", "must name each room once, and not the room of the date itself")
        }
        guard rooms.isEmpty || settings.room != nil else { throw .because(.roomMissing) }
        var settings = settings
        settings.keep(presales: rooms)
        return try change(settings, returnPolicy, version: version, by: request, now: now)
    }

    /// Changes the return policy and its deadline. Returns false if the same request has already changed them.
    package mutating func setReturnPolicy(
        _ policy: ReturnPolicy, until cancelUntil: Timestamp?, version: Int64, by request: RequestID, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        var settings = settings
        // AddSchedule and ConfigureSchedule accept any time, as older versions did.
        if cancelUntil != settings.cancelUntil {
            try Self.checkReturns(until: cancelUntil, start: settings.startsAt)
        }
        settings.cancelUntil = cancelUntil
        return try change(settings, policy, version: version, by: request, now: now)
    }

    /// The return policy for tickets that are sold now.
    package var returnTerms: ReturnTerms {
        if cancellation != nil { return .keepsNothing }
        return ReturnTerms(returnPolicy, startsAt: settings.startsAt, until: settings.cancelUntil)
    }

    private mutating func change(
        _ settings: Settings, _ policy: ReturnPolicy, version: Int64, by request: RequestID, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        if changedBy == request {
            guard self.settings == settings, returnPolicy == policy else { throw .requestIDReused }
            return false
        }
        try take(settings, policy, version: version, by: request, now: now)
        return true
    }

    /// Changes the settings from the version that the request is based on.
    mutating func take(
        _ settings: Settings, _ policy: ReturnPolicy, version: Int64, by request: RequestID, now: Timestamp
    ) throws(ConcertRefusal) {
        try checkCancellation()
        guard version == self.version else {
            throw .because(
                .scheduleChanged,
                "the date has changed and is at version \(self.version) now: repeat the change with this version")
        }
        self.settings = settings
        returnPolicy = policy
        self.version += 1
        changedBy = request
        changedAt = now
    }

    package func isOnSale(at now: Timestamp) -> Bool {
        cancellation == nil && settings.saleOpensAt <= now && now < settings.saleClosesAt
    }

    /// Throws unless the sale is open.
    package func checkSale(at now: Timestamp) throws(ConcertRefusal) {
        try checkCancellation()
        guard now >= settings.saleOpensAt else {
            throw .because(.saleNotOpen, "the sale of this date opens at \(settings.saleOpensAt); try again then")
        }
        guard now < settings.saleClosesAt else {
            throw .because(
                .saleOver,
                "the sale of this date closed at \(settings.saleClosesAt), so its seats cannot be reserved")
        }
    }
}

extension Schedule {
    /// The settings that operators change.
    package struct Settings: Hashable, Sendable {
        package let name: String
        package let startsAt: Timestamp
        package let endsAt: Timestamp
        package let saleOpensAt: Timestamp
        package let saleClosesAt: Timestamp
        /// Users can return tickets before this time. Nil if they cannot return them.
        package fileprivate(set) var cancelUntil: Timestamp?
        package let seatsPerUser: Int
        package let hold: Duration
        /// The room whose pass users need, unless they have one of a presale. Nil if they need none.
        package let room: RoomID?
        /// Further rooms whose passes suffice. Empty without a room.
        package private(set) var presales: [RoomID] = []

        package init(
            name: String, startsAt: Timestamp, endsAt: Timestamp, saleOpensAt: Timestamp, saleClosesAt: Timestamp,
            cancelUntil: Timestamp? = nil, seatsPerUser: Int = 4, hold: Duration = .minutes(5), room: RoomID? = nil,
            presales: [RoomID] = []
        ) throws(ConcertRefusal) {
            guard startsAt.milliseconds > 0, startsAt < endsAt else {
                throw .invalid("ends_at_ms", "must be after starts_at_ms, and both must be set")
            }
            guard saleOpensAt < saleClosesAt else {
                throw .invalid("sale_closes_at_ms", "must be after sale_opens_at_ms, and both must be set")
            }
            self.name = name
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.saleOpensAt = saleOpensAt
            self.saleClosesAt = saleClosesAt
            self.cancelUntil = cancelUntil
            self.seatsPerUser = seatsPerUser
            self.hold = hold
            self.room = room
            keep(presales: presales)
        }

        /// The rooms whose passes the date accepts. Empty if users need none.
        package var rooms: [RoomID] { (room.map { [$0] } ?? []) + presales }

        fileprivate mutating func keep(presales rooms: [RoomID]) {
            presales = room == nil ? [] : rooms.filter { $0 != room }
        }

        /// The fingerprint of a request that adds a date. It has no presales, because a date has none when it is added.
        var fingerprint: Fingerprint {
            Fingerprint([
                name, "\(startsAt)", "\(endsAt)", "\(saleOpensAt)", "\(saleClosesAt)",
                cancelUntil.map { "\($0)" } ?? "", "\(seatsPerUser)", "\(hold.milliseconds)",
                room.map { "\($0)" } ?? "",
            ])
        }
    }
}
