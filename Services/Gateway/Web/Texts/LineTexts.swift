import Kernel

/// The waiting line.
extension Text {
    static let joinTitle = Text("Join the line", "대기열 참여")
    static let joinWhy = Text(
        "Many people want these tickets. Everybody waits in one line, and is served in order.",
        "많은 분이 예매를 기다리고 있습니다. 한 줄로 서서 순서대로 입장합니다.")
    static let joinDrawWhy = Text(
        "Many people want these tickets. Everybody who joins before the sale opens takes part in a draw. It gives the numbers in the line.",
        "많은 분이 예매를 기다리고 있습니다. 판매 시작 전에 대기열에 참여한 모든 분을 대상으로 추첨하여 순번을 정합니다.")
    static let join = Text("Join the line", "대기열 참여하기")
    static let joinAgain = Text("Join the line again", "대기열 다시 참여하기")
    static let joinCodeWhy = Text(
        "Only people with a code can join this line.", "코드가 있는 분만 참여하실 수 있는 대기열입니다.")
    static let joinCode = Text("Your code", "코드")
    static let joinCodeHint = Text(
        "Type all of it, as you received it. Spaces and hyphens do not matter.",
        "받으신 코드 전체를 입력해 주세요. 띄어쓰기와 하이픈은 무시됩니다.")
    static let presale = Text("Presale", "선예매")
    static let presaleWhy = Text(
        "Some buyers come first, in a line of their own.", "선예매 대상자는 별도의 대기열에서 먼저 예매하실 수 있습니다.")
    static let joinPresale = Text("Join the presale", "선예매 참여하기")
    static let joinWithCode = Text("Join with the code", "코드로 참여하기")
    static let presaleJoinsIn = Text("You can join the presale in", "선예매 참여 가능까지")
    static let youHaveBought = Text(
        "You have tickets for this date. To buy more, join the line again.",
        "이 일정의 티켓을 이미 구매하셨습니다. 더 구매하시려면 대기열에 다시 참여해 주세요.")
    static let turnIsOver = Text(
        "Your turn is over, because its time has passed.", "예매 가능 시간이 지나 차례가 끝났습니다.")
    static let placeWasLeft = Text("You have left the line.", "대기열에서 나가셨습니다.")
    static let roomIsScheduled = Text("You can join it when it opens.", "대기열이 열리면 참여하실 수 있습니다.")
    static let roomIsPaused = Text(
        "The sale is paused. You keep your place, and the line moves on when the sale continues.",
        "판매가 잠시 중단되었습니다. 순서는 유지되며, 판매가 재개되면 이어집니다.")
    static let roomIsFull = Text("The line is full", "대기열이 가득 찼습니다")
    static let youAreWaiting = Text("You are in the line", "대기 중입니다")
    static let peopleAhead = Text("people are ahead of you", "명이 앞에 있습니다")
    static let personAhead = Text("person is ahead of you", "명이 앞에 있습니다")
    static let drawComes = Text("A draw will give you your number", "추첨으로 순번이 정해집니다")
    static let youAreNext = Text("You are next", "다음 차례입니다")
    static let waitUnknown = Text("How long it takes cannot be said yet.", "예상 대기 시간은 아직 알 수 없습니다.")
    static let progress = Text("Your progress in the line", "대기 진행 상황")
    static let mayClose = Text(
        "You may close this page. Your place belongs to your account.", "이 페이지를 닫으셔도 됩니다. 대기 순서는 계정에 저장되어 있습니다.")
    static let leave = Text("Leave the line", "대기열에서 나가기")
    static let messageOfOrganiser = Text("From the organiser", "주최 측 안내")
    static let opensIn = Text("The sale opens in", "판매 시작까지")
    static let joinsIn = Text("You can join it in", "참여 가능까지")
    static let opensAtUnknown = Text("The sale has not opened yet.", "아직 판매가 시작되지 않았습니다.")
    static let refreshesItself = Text("This page refreshes itself.", "이 페이지는 자동으로 새로 고쳐집니다.")
    static let yourTurn = Text("It is your turn", "입장하실 차례입니다")
    static let comeInWithin = Text("Come in within", "남은 입장 시간")
    static let comeIn = Text("Come in and choose seats", "입장해서 좌석 선택하기")
    static let elseNext = Text(
        "If you do not come in, the next person gets the turn.", "입장하지 않으시면 다음 분에게 순서가 넘어갑니다.")

    static func numberInLine(_ serial: Int64) -> Text {
        let number = MoneyText.grouped("\(serial)")
        return Text("Your number is \(number)", "대기 번호 \(number)번")
    }
    static func wait(from least: Duration, to most: Duration) -> Text {
        let (shortest, longest) = (DurationText.text(least), DurationText.text(most))
        if shortest(in: .english) == longest(in: .english) {
            return Text("About \(longest(in: .english))", "약 \(longest(in: .korean))")
        }
        return Text(
            "About \(shortest(in: .english)) to \(longest(in: .english))",
            "약 \(shortest(in: .korean)) ~ \(longest(in: .korean))")
    }
    static func ahead(_ count: Int64) -> Text {
        if count == 0 { return youAreNext }
        let number = MoneyText.grouped("\(count)")
        return Text("\(number) ahead of you", "앞에 \(number)명")
    }
    static func revoked(because reason: String) -> Text {
        Text("The organiser has ended your place: \(reason)", "주최 측에서 대기 순서를 취소했습니다: \(reason)")
    }
}
