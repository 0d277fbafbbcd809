import Kernel

/// Concerts and their dates.
extension Text {
    static let noConcerts = Text(
        "There are no concerts yet. Please come back later.", "아직 등록된 공연이 없습니다. 나중에 다시 방문해 주세요.")
    static let noDates = Text("This concert has no dates yet.", "이 공연은 아직 일정이 없습니다.")
    static let dates = Text("Dates", "공연 일정")
    static let allConcerts = Text("All concerts", "전체 공연")
    static let soldOut = Text("Sold out", "매진")
    static let cancelled = Text("Cancelled", "취소됨")
    static let saleIsOver = Text("Sale is over", "판매 종료")
    static let soldOutNow = Text(
        "All seats of this date are sold or held. A hold can end, so a seat can become free again.",
        "이 일정의 모든 좌석이 판매되었거나 다른 분이 선점 중입니다. 선점이 끝나면 좌석이 다시 나올 수 있습니다.")

    static func presentedBy(_ host: String) -> Text { Text("Presented by \(host)", "주최: \(host)") }
    static func saleOpens(at time: Text) -> Text {
        Text("The sale opens on \(time(in: .english))", "판매 시작: \(time(in: .korean))")
    }
    static func seatsFree(_ count: UInt64) -> Text {
        let number = MoneyText.grouped("\(count)")
        return Text("\(number) \(count == 1 ? "seat" : "seats") free", "\(number)석 남음")
    }
    static func moved(because reason: String) -> Text {
        let why = reason.isEmpty ? "" : ": \(reason)"
        return Text("Moved\(why)", "일정 변경\(why)")
    }
    static func dateCancelled(because reason: String) -> Text {
        Text(
            "This date was cancelled\(reason.isEmpty ? "" : ": \(reason)").",
            "이 일정은 취소되었습니다\(reason.isEmpty ? "" : ": \(reason)").")
    }
    static let refundOnItsWay = Text(
        "If you have tickets, the full price is on its way to your wallet. You need not do anything.",
        "티켓을 구매하셨다면 전액이 지갑으로 환불됩니다. 따로 하실 일은 없습니다.")
    static let signInToBuy = Text("Sign in to buy tickets", "로그인하고 예매하기")
    static let signInToBuyWhy = Text(
        "Your place in the line, your seats and your tickets belong to your account. You can continue on any device.",
        "대기 순서와 좌석, 티켓은 계정에 저장됩니다. 어느 기기에서든 이어서 진행하실 수 있습니다.")
    static let createAccount = Text("Create an account", "계정 만들기")
}
