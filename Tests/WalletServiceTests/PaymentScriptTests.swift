import Testing

/// Tests the table of a payment's states, row by row.
@Suite struct PaymentScriptTests {
    @Test func `money is set aside first and paid when the payment is confirmed`() async throws {
        try await play(
            """
            00:00  pay 100       RESERVED 0 100
            00:00  pay 100       RESERVED 0 100
            00:01  confirmed 100 POSTED 0 0
            00:02  pay 100       POSTED 0 0
            00:03  confirmed 100 POSTED 0 0
            """)
    }

    @Test func `a payment declined for one missing cent stays declined`() async throws {
        try await play(
            """
            00:00  pay 100  DECLINED(insufficient) 99 0
            00:01  pay 100  DECLINED(insufficient) 99 0
            00:02  cancel   DECLINED(insufficient) 99 0
            00:03  aborted  DECLINED(insufficient) 99 0
            """, wallet: 99)
    }

    @Test func `a payment of a user without top-ups is declined for no account`() async throws {
        try await play("00:00  pay 1  DECLINED(noAccount) 0 0", wallet: nil)
    }

    @Test func `the money of an aborted payment is available again`() async throws {
        try await play(
            """
            00:00  pay 30   RESERVED 70 30
            05:00  expired  VOIDED(holdExpired) 100 0
            05:01  expired  VOIDED(holdExpired) 100 0
            05:02  pay 30   VOIDED(holdExpired) 100 0
            05:03  cancel   VOIDED(holdExpired) 100 0
            """)
    }

    @Test func `an id repeated with another content is refused in every state`() async throws {
        try await play(
            """
            00:00  pay 30        RESERVED 70 30
            00:01  pay 31        PAYMENT_ID_REUSED
            00:02  confirmed 30  POSTED 70 0
            00:03  pay 31        PAYMENT_ID_REUSED
            00:04  refund 30     REFUNDED 100 0 ack
            00:05  pay 31        PAYMENT_ID_REUSED
            """)
        try await play(
            """
            00:00  pay 30   RESERVED 70 30
            00:01  aborted  VOIDED(cancelled) 100 0
            00:02  pay 31   PAYMENT_ID_REUSED
            """)
        try await play(
            """
            00:00  pay 101  DECLINED(insufficient) 100 0
            00:01  pay 30   PAYMENT_ID_REUSED
            """)
    }

    @Test func `a payment cancelled before it arrives is declined, whatever its content`() async throws {
        try await play(
            """
            00:00  cancel  DECLINED(cancelled) 100 0
            00:01  pay 30  DECLINED(cancelled) 100 0
            00:02  pay 31  DECLINED(cancelled) 100 0
            """)
    }

    @Test func `a cancellation waits for the decision, and may come too late`() async throws {
        try await play(
            """
            00:00  pay 30   RESERVED 70 30
            00:01  cancel   RESERVED 70 30 cancelling
            00:02  cancel   RESERVED 70 30 cancelling
            00:03  aborted  VOIDED(cancelled) 100 0
            """)
        try await play(
            """
            00:00  pay 30        RESERVED 70 30
            00:01  cancel        RESERVED 70 30 cancelling
            00:02  confirmed 30  POSTED 70 0
            00:03  cancel        POSTED 70 0
            """)
    }

    @Test func `no payment is decided by time alone`() async throws {
        try await play(
            """
            00:00   pay 30        RESERVED 70 30
            999:00  attempt       RESERVED 70 30 ask
            9999:00 pay 30        RESERVED 70 30
            9999:01 confirmed 30  POSTED 70 0
            """)
    }

    @Test func `the timer starts after two seconds, and its pauses grow`() async throws {
        try await play(
            """
            00:00      pay 30   RESERVED 70 30
            00:01.999  attempt  RESERVED 70 30 wait
            00:02      attempt  RESERVED 70 30 ask
            00:02.140  attempt  RESERVED 70 30 wait
            00:02.200  attempt  RESERVED 70 30 ask
            00:02.490  attempt  RESERVED 70 30 wait
            00:02.600  attempt  RESERVED 70 30 ask
            00:02.601  cancel   RESERVED 70 30 cancelling
            00:03      cancel   RESERVED 70 30 cancelling
            00:04.600  attempt  RESERVED 70 30 wait
            00:04.601  attempt  RESERVED 70 30 ask
            00:05      aborted  VOIDED(cancelled) 100 0
            00:99      attempt  VOIDED(cancelled) 100 0 wait
            """)
    }

    @Test func `an attempt stays due after a clock that was ahead is set back`() async throws {
        try await play(
            """
            60:00      pay 30   RESERVED 70 30
            59:27.001  attempt  RESERVED 70 30 wait
            59:27      attempt  RESERVED 70 30 ask
            00:00      attempt  RESERVED 70 30 ask
            00:00.020  attempt  RESERVED 70 30 wait
            00:00.400  attempt  RESERVED 70 30 ask
            """)
    }

    @Test func `a confirmation of another reservation or amount halts, and the payment stays undecided`() async throws {
        try await play(
            """
            00:00  pay 30           RESERVED 70 30
            00:01  confirmed-other  RESERVED 70 30 halted
            00:02  confirmed 29     RESERVED 70 30 halted
            00:03  confirmed 30     POSTED 70 0
            """)
    }

    @Test func `a refund is paid once, and only for a posted payment`() async throws {
        try await play(
            """
            00:00  pay 30        RESERVED 70 30
            00:01  refund 30     RESERVED 70 30
            00:02  confirmed 30  POSTED 70 0
            00:03  refund 31     POSTED 70 0 halted
            00:03  refund-elsewhere 30  POSTED 70 0 halted
            00:04  refund 30     REFUNDED 100 0 ack
            00:05  refund 30     REFUNDED 100 0 ack
            00:06  refund-2 30   REFUNDED 100 0 halted
            00:07  pay 30        REFUNDED 100 0
            00:08  confirmed 30  REFUNDED 100 0
            00:09  cancel        REFUNDED 100 0
            """)
    }

    @Test func `a payment is refunded in parts, each once, and ends with the last`() async throws {
        try await play(
            """
            00:00  pay 30        RESERVED 70 30
            00:01  confirmed 30  POSTED 70 0
            00:02  refund 10     POSTED 80 0 ack
            00:03  refund 10     POSTED 80 0 ack
            00:04  refund 11     POSTED 80 0 halted
            00:05  refund-2 5    POSTED 85 0 ack
            00:06  refund-3 16   POSTED 85 0 halted
            00:07  refund-3 15   REFUNDED 100 0 ack
            00:08  refund 10     REFUNDED 100 0 ack
            00:09  refund-2 6    REFUNDED 100 0 halted
            00:10  confirmed 30  REFUNDED 100 0
            """)
    }

    @Test func `a refund of a free reservation moves nothing`() async throws {
        try await play(
            """
            00:00  pay 0        RESERVED 100 0
            00:01  confirmed 0  POSTED 100 0
            00:02  refund 0     POSTED 100 0 ack
            00:03  refund 1     POSTED 100 0 halted
            """)
    }

    @Test func `an impossible decision or refund halts and moves nothing`() async throws {
        try await play(
            """
            00:00  pay 30        RESERVED 70 30
            00:01  confirmed 30  POSTED 70 0
            00:02  aborted       POSTED 70 0 halted
            00:03  refund 30     REFUNDED 100 0 ack
            00:04  aborted       REFUNDED 100 0 halted
            """)
        try await play(
            """
            00:00  pay 30        RESERVED 70 30
            00:01  aborted       VOIDED(cancelled) 100 0
            00:02  confirmed 30  VOIDED(cancelled) 100 0 halted
            00:03  refund 30     VOIDED(cancelled) 100 0 halted
            """)
        try await play(
            """
            00:00  pay 101        DECLINED(insufficient) 100 0
            00:01  confirmed 101  DECLINED(insufficient) 100 0 halted
            00:02  refund 101     DECLINED(insufficient) 100 0 halted
            """)
    }
}
