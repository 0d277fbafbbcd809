import Kernel

/// A concert: its host, its settings, and the currency of its prices. Its performances are dates (`Schedule`).
package struct Concert: Equatable, Sendable {
    package let id: ConcertID
    package let name: String
    package let currency: Currency
    package private(set) var settings: Settings
    package let createdAt: Timestamp
    /// Fingerprint of the settings in the request that created it, to recognize a repeated request.
    package let createdAs: Fingerprint
    /// Increases with every change of the settings.
    package private(set) var version: Int64
    /// The request that made the latest version, to recognize a repeated request.
    package private(set) var changedBy: RequestID
    /// Time of the latest change, or of the creation.
    package private(set) var updatedAt: Timestamp

    package init(_ id: ConcertID, name: String, currency: Currency, _ settings: Settings, now: Timestamp) {
        self.init(
            stored: id, name: name, currency: currency, settings: settings, createdAt: now, createdAs: nil, version: 1,
            changedBy: nil, changedAt: nil)
    }

    /// A concert that was never changed has neither `createdAs` nor `changedBy` nor `changedAt`.
    package init(
        stored id: ConcertID, name: String, currency: Currency, settings: Settings, createdAt: Timestamp,
        createdAs: Fingerprint?, version: Int64, changedBy: RequestID?, changedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.currency = currency
        self.settings = settings
        self.createdAt = createdAt
        self.createdAs = createdAs ?? settings.fingerprint
        self.version = version
        self.changedBy = changedBy ?? RequestID(of: id)
        updatedAt = changedAt ?? createdAt
    }

    /// Returns the concert if `request` repeats the request that created it. Otherwise throws `requestIDReused`.
    package func matching(_ request: Concert) throws(ConcertRefusal) -> Concert {
        guard name == request.name, currency == request.currency, createdAs == request.createdAs else {
            throw .requestIDReused
        }
        return self
    }

    /// Changes the settings. Returns false if the same request has already changed them.
    package mutating func configure(
        _ settings: Settings, version: Int64, by request: RequestID, now: Timestamp
    ) throws(ConcertRefusal) -> Bool {
        if changedBy == request {
            guard self.settings == settings else { throw .requestIDReused }
            return false
        }
        guard version == self.version else {
            throw .because(
                .concertChanged,
                "the concert has changed and is at version \(self.version) now: repeat the change with this version")
        }
        self.settings = settings
        self.version += 1
        changedBy = request
        updatedAt = now
        return true
    }
}

extension Concert {
    /// The settings that operators change.
    package struct Settings: Equatable, Sendable {
        package let title: String
        package let host: String
        /// The room whose pass users need to see the dates. Nil if they need none.
        package let browseRoom: RoomID?
        /// The time zone of the venue, such as `Europe/Berlin`. Empty if it is not known.
        package let zone: String

        package init(title: String, host: String, browseRoom: RoomID?, zone: String) throws(ConcertRefusal) {
            // The form only: clients have the list of zones.
            guard zone.isEmpty || zone.wholeMatch(of: /[A-Za-z][A-Za-z0-9_+\-]*(\/[A-Za-z][A-Za-z0-9_+\-]*)*/) != nil
            else { throw .invalid("zone", "must be a time zone in the names of IANA, such as Europe/Berlin") }
            self.title = title
            self.host = host
            self.browseRoom = browseRoom
            self.zone = zone
        }

        /// Leaves out an empty zone, because the fingerprints of earlier versions contain none.
        var fingerprint: Fingerprint {
            Fingerprint([title, host, browseRoom.map { "\($0)" } ?? ""] + (zone.isEmpty ? [] : [zone]))
        }
    }
}
