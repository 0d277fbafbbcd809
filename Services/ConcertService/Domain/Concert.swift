import Kernel

/// What is performed, by whom, and in which money it is paid.
package struct Concert: Equatable, Sendable {
    package let id: ConcertID
    package let name: String
    package let title: String
    package let host: String
    package let currency: Currency
    /// The room whose pass it takes to see the dates; nil where anyone may.
    package let browseRoom: RoomID?
    package let createdAt: Timestamp

    package init(
        _ id: ConcertID, name: String, title: String, host: String, currency: Currency, browseRoom: RoomID?,
        now: Timestamp
    ) throws(ConcertRefusal) {
        try ShortName.check(name)
        try PlainText.check(title, "title")
        try PlainText.check(host, "host")
        self.init(
            stored: id, name: name, title: title, host: host, currency: currency, browseRoom: browseRoom, createdAt: now
        )
    }

    /// As it was written before.
    package init(
        stored id: ConcertID, name: String, title: String, host: String, currency: Currency, browseRoom: RoomID?,
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

    /// The answer to the request that made it, however often it comes; another request cannot make it again.
    package func asked(for wish: Concert) throws(ConcertRefusal) -> Concert {
        let same = Concert(
            stored: wish.id, name: wish.name, title: wish.title, host: wish.host, currency: wish.currency,
            browseRoom: wish.browseRoom, createdAt: createdAt)
        guard same == self else { throw .requestIDReused }
        return self
    }
}
