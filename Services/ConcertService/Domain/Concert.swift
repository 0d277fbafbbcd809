import Kernel

/// A performance with its host and the currency of its prices.
package struct Concert: Equatable, Sendable {
    package let id: ConcertID
    package let name: String
    package let title: String
    package let host: String
    package let currency: Currency
    /// The room whose pass users need to see the dates. Nil if they need none.
    package let browseRoom: RoomID?
    package let createdAt: Timestamp

    package init(
        _ id: ConcertID, name: String, title: String, host: String, currency: Currency, browseRoom: RoomID?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.title = title
        self.host = host
        self.currency = currency
        self.browseRoom = browseRoom
        self.createdAt = createdAt
    }

    /// Returns the concert if `request` repeats the request that created it. Otherwise the request id was reused.
    package func matching(_ request: Concert) throws(ConcertRefusal) -> Concert {
        let same = Concert(
            request.id, name: request.name, title: request.title, host: request.host,
            currency: request.currency, browseRoom: request.browseRoom, createdAt: createdAt)
        guard same == self else { throw .requestIDReused }
        return self
    }
}
