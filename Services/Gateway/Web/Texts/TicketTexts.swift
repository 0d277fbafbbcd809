import Kernel

/// Tickets and their returns.
extension Text {
    static let noTickets = Text("You have no tickets yet.", "아직 티켓이 없습니다.")
    static let seeConcerts = Text("See the concerts", "공연 보러 가기")
    static let upcoming = Text("Upcoming", "예정된 공연")
    static let past = Text("Past and returned", "지난 티켓과 환불한 티켓")
    static let showTicket = Text("Show the ticket", "티켓 보기")
    static let seat = Text("Seat", "좌석")
    static let price = Text("Price", "가격")
    static let concert = Text("Concert", "공연")
    static let validOnce = Text("Valid for one person, once", "1인 1회 입장")
    static let showAtGate = Text(
        "Show this code at the gate, on the screen or on paper. Do not share it: the first person with the code comes in.",
        "입구에서 이 코드를 화면이나 종이로 보여 주세요. 먼저 제시한 분이 입장하므로 다른 사람과 공유하지 마세요.")
    static let codeLabel = Text("QR code of the ticket", "티켓 QR 코드")
    static let print = Text("Print", "인쇄하기")
    static let addToCalendar = Text("Add to the calendar", "캘린더에 추가")
    static let returnTicket = Text("Give the ticket back", "티켓 환불하기")
    static let returnTitle = Text("Give tickets back", "티켓 환불")
    static let returnWhich = Text("Which tickets", "환불할 티켓")
    static let returnNow = Text("Give the tickets back", "환불하기")
    static let returnQuote = Text("Show what I get", "환불 금액 확인하기")
    static let keepTickets = Text("Keep the tickets", "환불하지 않기")
    static let youGet = Text("You get", "환불 금액")
    static let organiserKeeps = Text("The organiser keeps", "공제 금액")
    static let becomesInvalid = Text(
        "The tickets become invalid at once, and their seats are sold again. The money goes to your wallet.",
        "티켓은 즉시 무효가 되고 좌석은 다시 판매됩니다. 금액은 지갑으로 환불됩니다.")
    static let used = Text("Used", "사용됨")
    static let valid = Text("Valid", "유효")
    static let returned = Text("Returned", "환불됨")
    static let unknownState = Text("Unknown", "알 수 없음")
    static let backToTickets = Text("All my tickets", "내 티켓 전체 보기")
    static let ticketsReturned = Text(
        "The tickets are given back. The refund is on its way to your wallet.", "환불 신청이 완료되었습니다. 금액이 지갑으로 환불됩니다.")

    static func paid(_ amount: Text) -> Text {
        Text(
            "Paid: \(amount(in: .english)). These are your tickets.", "\(amount(in: .korean)) 결제가 완료되었습니다. 예매하신 티켓입니다.")
    }
    static func usedAt(_ time: Text) -> Text { Text("Used on \(time(in: .english))", "\(time(in: .korean))에 사용됨") }
    static func movedFrom(_ time: Text, because reason: String) -> Text {
        Text(
            "Moved from \(time(in: .english))\(reason.isEmpty ? "" : ": \(reason)")",
            "원래 일정 \(time(in: .korean))에서 변경됨\(reason.isEmpty ? "" : ": \(reason)")")
    }
    static func cancelledTicket(because reason: String) -> Text {
        Text(
            "This ticket is not valid any more\(reason.isEmpty ? "" : ": \(reason)").",
            "더 이상 유효하지 않은 티켓입니다\(reason.isEmpty ? "" : ": \(reason)").")
    }
}
