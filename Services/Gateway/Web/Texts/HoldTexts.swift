import Kernel

/// Held seats, and their payment.
extension Text {
    static let heldTitle = Text("Your seats are held", "좌석이 선점되었습니다")
    static let payWithin = Text("Pay within", "남은 결제 시간")
    static let total = Text("Total", "합계")
    static let inYourWallet = Text("In your wallet", "지갑 잔액")
    static let missing = Text("Missing", "부족한 금액")
    static let afterPayment = Text("Left after the payment", "결제 후 잔액")
    static let release = Text("Give the seats up", "좌석 포기하기")
    static let getTickets = Text("Get the tickets", "티켓 받기")
    static let returnsTitle = Text("Returns", "환불 안내")
    static let noReturns = Text("Tickets for this date cannot be given back.", "이 일정의 티켓은 환불되지 않습니다.")
    static let returnsAreOver = Text(
        "The time to give tickets for this date back has passed.", "이 일정의 환불 기간이 지났습니다.")
    static let payOnce = Text(
        "You pay once, even if you press the button twice or load the page again.", "버튼을 두 번 누르거나 새로 고쳐도 한 번만 결제됩니다.")
    static let topUpFirst = Text("Top up your wallet first", "먼저 지갑을 충전해 주세요")
    static let askToTopUp = Text(
        "Only the organiser can add money to wallets here. Ask the organiser, and come back in time.",
        "지갑 충전은 주최 측에서만 할 수 있습니다. 주최 측에 문의하신 뒤 시간 안에 다시 방문해 주세요.")
    static let pendingTitle = Text("The payment is in progress", "결제가 진행 중입니다")
    static let pendingWhy = Text(
        "There is no decision yet. You pay once at most. You need not do anything.",
        "아직 결과가 나오지 않았습니다. 두 번 결제되는 일은 없으며, 따로 하실 일은 없습니다.")
    static let checkAgain = Text("Check again", "다시 확인하기")

    static func pay(_ amount: Text) -> Text { Text("Pay \(amount(in: .english))", "\(amount(in: .korean)) 결제하기") }
    static func topUpBy(_ amount: Text) -> Text {
        Text("Top up \(amount(in: .english))", "\(amount(in: .korean)) 충전하기")
    }
    static func heldUntil(_ time: Text) -> Text {
        Text("Held until \(time(in: .english))", "\(time(in: .korean))까지 선점")
    }
    static func returnable(until time: Text) -> Text {
        Text(
            "You can give tickets back until \(time(in: .english)).", "\(time(in: .korean))까지 환불하실 수 있습니다.")
    }
    static func kept(_ percent: UInt32, from time: Text) -> Text {
        percent == 0
            ? Text("From \(time(in: .english)), you get the full price.", "\(time(in: .korean))부터는 전액 환불됩니다.")
            : Text(
                "From \(time(in: .english)), \(percent) % of the price is kept.",
                "\(time(in: .korean))부터는 금액의 \(percent)%가 공제됩니다.")
    }
    static let fullRefund = Text("You get the full price.", "전액 환불됩니다.")
}
