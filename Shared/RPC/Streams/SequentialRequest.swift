import Messages

/// A request for items in an order, such as events. Its stream continues after the last item when it is opened again.
package protocol SequentialRequest: Message {
    associatedtype Item: Message

    /// The request for the items after `item`.
    func following(_ item: Item) -> Self
}

extension SequentialRequest {
    fileprivate func following(any item: some Message) -> Self {
        guard let item = item as? Item else { preconditionFailure("\(Self.self) has other items: \(type(of: item))") }
        return following(item)
    }
}

extension Message {
    /// The request for the items after `item`, if this is a sequential request. Otherwise nil.
    func continued(after item: some Message) -> Self? {
        (self as? any SequentialRequest)?.following(any: item) as? Self
    }
}

extension WatchEventsRequest: SequentialRequest {
    package func following(_ event: SaleEvent) -> Self {
        var request = self
        request.afterSerial = event.serial
        return request
    }
}
