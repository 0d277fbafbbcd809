import Kernel

/// What went wrong, what is safe, and what to do.
extension Text {
    static let notFound = Text("There is no such page", "페이지를 찾을 수 없습니다")
    static let checkAddress = Text(
        "Check the address, or choose a concert from the list.", "주소를 확인하시거나 공연 목록에서 선택해 주세요.")
    static let unknownDate = Text("There is no such date", "해당 일정을 찾을 수 없습니다")
    static let seeDates = Text("See all dates", "전체 일정 보기")
    static let tryAgain = Text("Try again", "다시 시도하기")

    static let signedOutTitle = Text("Please sign in", "로그인이 필요합니다")
    static let signedOutWhy = Text(
        "You are not signed in, or your session has ended.", "로그인하지 않으셨거나 세션이 만료되었습니다.")
    static let signedOutSafe = Text(
        "Nothing is lost. Your place, your held seats and your tickets belong to your account. Nothing was paid.",
        "걱정하지 마세요. 대기 순서와 선점 좌석, 티켓은 계정에 그대로 있으며 결제되지 않았습니다.")

    static let formRefused = Text("This form is too old", "양식이 만료되었습니다")
    static let formRefusedWhy = Text(
        "The form was not sent from the present page of this site, or you have signed in again since. Nothing was changed.",
        "현재 페이지에서 보낸 양식이 아니거나 그 사이 다시 로그인하셨습니다. 변경된 내용은 없습니다.")
    static let formUsedWhy = Text(
        "You have sent it before, with other content. That counts, and nothing else was changed.",
        "이미 다른 내용으로 보내신 양식입니다. 먼저 보내신 내용만 처리되며, 그 밖에 변경된 내용은 없습니다.")
    static let loadAgain = Text("Load the page again", "페이지 다시 불러오기")

    static let serviceAway = Text("One part of the shop is not available", "일부 서비스를 이용할 수 없습니다")
    static let serviceAwayWhy = Text("It does not answer at the moment.", "현재 응답하지 않습니다.")
    static let nothingChanged = Text(
        "Your place, your seats and your money are safe. Nothing was changed.", "대기 순서와 좌석, 금액은 안전합니다. 변경된 내용은 없습니다.")
    static let tooSlow = Text("There is no answer yet", "아직 응답이 없습니다")
    static let tooSlowWhy = Text(
        "It is not known yet whether your last step has happened.", "마지막 요청이 처리되었는지 아직 확인되지 않았습니다.")
    static let tooSlowSafe = Text(
        "You can safely try again: no seat is taken twice, and nothing is paid twice.",
        "다시 시도하셔도 안전합니다. 좌석이 중복 선점되거나 중복 결제되지 않습니다.")
    static let broken = Text("Something is broken here", "오류가 발생했습니다")
    static let brokenWhy = Text("We could not do this. Please try again later.", "요청을 처리하지 못했습니다. 나중에 다시 시도해 주세요.")

    static let seatGone = Text("These seats are taken", "이미 선택된 좌석입니다")
    static let seatGoneWhy = Text(
        "Another buyer was faster. No seat is held for you. Choose other seats.",
        "다른 분이 먼저 선택하셨습니다. 선점된 좌석이 없으니 다른 좌석을 선택해 주세요.")
    static let noneTogether = Text("There are not enough seats side by side", "나란히 붙은 좌석이 부족합니다")
    static let noneTogetherWhy = Text(
        "Choose fewer seats, or another category.", "매수를 줄이시거나 다른 등급을 선택해 주세요.")
    static let tooManySeats = Text("These are too many seats", "선택 가능한 좌석 수를 넘었습니다")
    static let tooManySeatsWhy = Text(
        "Your seats for this date count together, also those that you have bought. Choose fewer.",
        "이 일정에서 이미 구매하신 좌석까지 함께 계산됩니다. 더 적게 선택해 주세요.")
    static let noSeatChosen = Text("No seat is chosen", "선택한 좌석이 없습니다")
    static let noSeatChosenWhy = Text("Choose one seat or more, then send the form.", "좌석을 한 개 이상 선택해 주세요.")
    static let saleNotOpen = Text("The sale has not begun", "아직 판매가 시작되지 않았습니다")
    static let saleNotOpenWhy = Text("Seats cannot be held yet.", "아직 좌석을 선점할 수 없습니다.")
    static let saleOver = Text("The sale has ended", "판매가 종료되었습니다")
    static let saleOverWhy = Text("Seats for this date cannot be bought any more.", "이 일정의 좌석은 더 이상 구매하실 수 없습니다.")
    static let dateCancelledTitle = Text("This date was cancelled", "취소된 일정입니다")
    static let turnOver = Text("Your turn is over", "예매 가능 시간이 끝났습니다")
    static let turnOverWhy = Text(
        "The time for your turn has passed, or you have bought seats in it.", "예매 가능 시간이 지났거나 이미 구매를 마치셨습니다.")
    static let turnOverSafe = Text(
        "Seats that you hold stay yours until their time ends. You can pay for them without a turn.",
        "선점하신 좌석은 선점 시간까지 유지되며, 다시 대기하지 않고도 결제하실 수 있습니다.")
    static let alreadyBought = Text("You have bought these seats", "이미 구매하신 좌석입니다")
    static let alreadyBoughtWhy = Text(
        "You have paid for them, so they are your tickets now. Nothing was changed.",
        "결제가 완료되어 티켓이 발급되었습니다. 변경된 내용은 없습니다.")
    static let holdOver = Text("The time to pay has passed", "결제 시간이 지났습니다")
    static let holdOverWhy = Text(
        "The seats are free again, and nothing was paid. Choose seats again.", "좌석이 다시 풀렸으며 결제되지 않았습니다. 좌석을 다시 선택해 주세요."
    )
    static let roomClosedTitle = Text("The line is closed", "대기열이 마감되었습니다")
    static let roomClosedWhy = Text("You cannot join this line now.", "지금은 이 대기열에 참여하실 수 없습니다.")
    static let roomNotOpenTitle = Text("The line is not open yet", "대기열이 아직 열리지 않았습니다")
    static let roomFullWhy = Text(
        "As many people wait as can wait. Try again in a while: people leave the line all the time.",
        "대기 인원이 가득 찼습니다. 대기열을 나가는 분들이 있으니 잠시 후 다시 시도해 주세요.")
    static let codeNeeded = Text("This line needs a code", "코드가 필요한 대기열입니다")
    static let codeNeededWhy = Text(
        "Type the code that you received from the organiser.", "주최 측에서 받으신 코드를 입력해 주세요.")
    static let joinCodeWrong = Text("This code is not right", "올바른 코드가 아닙니다")
    static let joinCodeWrongWhy = Text(
        "You have not joined the line. Check the code: each letter counts, and it must be complete.",
        "대기열 참여가 완료되지 않았습니다. 코드 전체를 정확히 입력하셨는지 확인해 주세요.")
    static let codeElsewhere = Text("This code is for another sale", "다른 판매의 코드입니다")
    static let codeElsewhereWhy = Text(
        "You have not joined the line. Look up for which concert and date you received it.",
        "대기열 참여가 완료되지 않았습니다. 어느 공연과 일정의 코드인지 확인해 주세요.")
    static let codeExpired = Text("This code has expired", "만료된 코드입니다")
    static let codeUsedUp = Text("This code has been used", "이미 사용된 코드입니다")
    static let askForCode = Text(
        "You have not joined the line. Ask the organiser for another code.",
        "대기열 참여가 완료되지 않았습니다. 주최 측에 새 코드를 요청해 주세요.")
    static let banned = Text("You cannot join this line", "이 대기열에 참여하실 수 없습니다")
    static let bannedWhy = Text(
        "The organiser has excluded this account. Ask the organiser.", "주최 측에서 이 계정의 참여를 제한했습니다. 주최 측에 문의해 주세요.")

    static let tooLittle = Text("There is too little money in your wallet", "지갑 잔액이 부족합니다")
    static let nothingPaid = Text("Nothing was paid. Your seats are still held.", "결제되지 않았으며 좌석은 계속 선점되어 있습니다.")
    static let notPaid = Text("Nothing was paid", "결제되지 않았습니다")
    static let notPaidWhy = Text("The seats are not held for you any more.", "좌석 선점이 해제되었습니다.")
    static let halted = Text("Payments for this concert are paused", "이 공연의 결제가 일시 중단되었습니다")
    static let haltedWhy = Text(
        "Nothing was paid. The organiser looks into it. Try again later.", "결제되지 않았습니다. 주최 측에서 확인 중이니 나중에 다시 시도해 주세요.")
    static let topUpRefused = Text("You cannot add money yourself", "직접 충전하실 수 없습니다")
    static let balanceLimit = Text("That is too much for one wallet", "지갑 한도를 초과합니다")
    static let balanceLimitWhy = Text("Nothing was added. Top up less.", "충전되지 않았습니다. 더 적은 금액을 입력해 주세요.")
    static let amountInvalid = Text("This is not an amount", "올바른 금액이 아닙니다")
    static let amountInvalidWhy = Text("Type a number above zero, such as 50.00.", "50.00처럼 0보다 큰 숫자를 입력해 주세요.")

    static let wrongPassword = Text("Name or password is wrong", "이름 또는 비밀번호가 올바르지 않습니다")
    static let wrongPasswordWhy = Text("Check both, and try again.", "다시 확인한 뒤 입력해 주세요.")
    static let presentWrong = Text("The current password is wrong", "현재 비밀번호가 올바르지 않습니다")
    static let nameTaken = Text("This name is taken", "이미 사용 중인 이름입니다")
    static let nameTakenWhy = Text("Another person has it. Choose another name.", "다른 분이 사용 중입니다. 다른 이름을 입력해 주세요.")
    static let inputRefused = Text("One field is not right", "입력 내용을 확인해 주세요")
    static let checkInput = Text(
        "Check what you have typed, and send it again.", "입력하신 내용을 확인한 뒤 다시 보내 주세요.")
    static let tooManyTries = Text("Too many tries", "시도 횟수가 너무 많습니다")
    static let tooManyTriesWhy = Text("Wait a while, then try again.", "잠시 기다린 뒤 다시 시도해 주세요.")
    static let codeWrong = Text("Name or code is wrong", "이름 또는 코드가 올바르지 않습니다")
    static let codeWrongWhy = Text(
        "The code works once and only for a while. Ask for a new one.", "코드는 정해진 시간 안에 한 번만 사용할 수 있습니다. 새 코드를 요청해 주세요.")
    static let manySignIns = Text("Many people sign in just now", "로그인 요청이 많습니다")
    static let robotsSignIn = Text(
        "Your password was not checked. While so many sign in, a browser first does some work, which keeps robots away. That needs JavaScript. Without it, try again later.",
        "비밀번호는 아직 확인되지 않았습니다. 요청이 많은 동안에는 자동 접속을 막기 위해 브라우저가 먼저 간단한 계산을 하며, 여기에는 자바스크립트가 필요합니다. 자바스크립트 없이는 나중에 다시 시도해 주세요."
    )
    static let signInQueued = Text(
        "Many people sign in just now. It goes on by itself in a few seconds.", "로그인 요청이 많습니다. 몇 초 후 자동으로 진행됩니다.")

    static let notReturnable = Text("These tickets cannot be given back", "환불할 수 없는 티켓입니다")
    static let notReturnableWhy = Text(
        "The time for it has passed, a ticket is used, or this date has no returns.",
        "환불 기간이 지났거나, 이미 사용했거나, 환불이 불가능한 일정입니다.")
    static let refundChanged = Text("The refund is another amount now", "환불 금액이 변경되었습니다")
    static let refundChangedWhy = Text(
        "Nothing was given back. Look at the new amount first.", "환불되지 않았습니다. 변경된 금액을 먼저 확인해 주세요.")

    static func tryAgain(in duration: Duration) -> Text {
        let length = DurationText.text(duration)
        return Text("Try again in \(length(in: .english)).", "\(length(in: .korean)) 후에 다시 시도해 주세요.")
    }
}
