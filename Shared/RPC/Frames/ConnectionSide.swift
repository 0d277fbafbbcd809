import Messages

/// One end of a connection, which interprets its frames.
protocol ConnectionSide: AnyObject {
    /// `frame` is valid during the call only.
    func received(_ frame: Frame)
    /// A frame above the limit was skipped.
    func receivedTooLarge(id: UInt64?, size: Int)
    /// The bytes are not a frame or an envelope, so the rest of the stream is unusable.
    func receivedGarbage(_ problem: WireError)
    func receivedTooMany(_ excess: FrameAllowance.Excess)
    /// The peer has not sent HELLO, and no other frame for long.
    func becameIdle()
    /// The connection buffers so many bytes more than before, or less if it is negative.
    func buffered(_ difference: Int)
    /// The last callback.
    func closed(_ problem: String?)
}
