import Kernel

/// The network of drand whose rounds decide draws. Its parameters never change.
package enum Quicknet {
    package static let signatureByteCount = 48
    private static let start = Timestamp(milliseconds: 1_692_803_367_000)
    private static let periodMilliseconds: Int64 = 3000

    /// The time at which a round, counted from 1, is published. No earlier signature of it exists.
    package static func publication(of round: Int64) -> Timestamp {
        let (time, isTooLate) = (round - 1).multipliedReportingOverflow(by: periodMilliseconds)
        return isTooLate ? .distantFuture : start + .milliseconds(time)
    }
}
