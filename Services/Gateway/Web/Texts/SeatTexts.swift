import Kernel

/// The seat map.
extension Text {
    static let chooseSeats = Text("Choose your seats", "좌석 선택")
    static let bestTitle = Text("Let us choose", "자동 배정")
    static let bestWhy = Text("The best seats side by side.", "나란히 붙은 좋은 좌석을 찾아 드립니다.")
    static let howMany = Text("How many", "매수")
    static let grade = Text("Category", "등급")
    static let holdBest = Text("Hold the best seats", "자동 배정으로 선점하기")
    static let mapTitle = Text("Choose on the map", "좌석표에서 선택")
    static let sections = Text("Sections", "구역")
    static let seats = Text("Seats", "좌석")
    static let stage = Text("Stage", "무대")
    static let free = Text("free", "선택 가능")
    static let taken = Text("taken", "선택 불가")
    static let selected = Text("selected", "선택함")
    static let holdSelected = Text("Hold these seats", "선택한 좌석 선점하기")
    static let noneSelected = Text("No seat is selected", "선택한 좌석이 없습니다")
    static let youCanChooseUntil = Text("Time left to choose seats", "남은 좌석 선택 시간")
    static let leaveSale = Text("Leave the sale", "예매 그만두기")
    static let keyboardHelp = Text(
        "The arrow keys move between seats, and the space bar selects one.", "화살표 키로 좌석 사이를 이동하고 스페이스 바로 선택합니다.")

    static func row(_ name: String) -> Text { Text("Row \(name)", "\(name)열") }
    static func atMost(_ count: UInt32) -> Text {
        Text("You can have \(count) \(count == 1 ? "seat" : "seats") at most.", "최대 \(count)석까지 선택하실 수 있습니다.")
    }
    static func heldFor(_ duration: Duration) -> Text {
        let length = DurationText.text(duration)
        return Text(
            "They are held for you for \(length(in: .english)). You pay after that step.",
            "\(length(in: .korean)) 동안 선점됩니다. 결제는 그다음 단계에서 합니다.")
    }
    static func price(from lowest: Text, to highest: Text) -> Text {
        let (low, high) = (lowest(in: .english), highest(in: .english))
        return low == high
            ? lowest : Text("\(low) to \(high)", "\(lowest(in: .korean)) ~ \(highest(in: .korean))")
    }
    static func seatTaken(_ seats: String) -> Text {
        Text("Another buyer was faster: \(seats)", "다른 분이 먼저 선택하셨습니다: \(seats)")
    }
}
