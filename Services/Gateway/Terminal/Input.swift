import CTerminal
import Glibc
import Threads

/// Standard input.
struct Input: Sendable {
    private static let maximumPasswordBytes = 1024

    /// True if a user can answer questions.
    let isTerminal: Bool

    /// The next line without its line break. Nil at the end of the input.
    let line: @Sendable () -> String?

    /// The next line, read on a thread of its own. The tasks of the program, such as those that keep a place, need the
    /// threads that run them.
    func nextLine() async -> String? {
        await withCheckedContinuation { answer in
            guard Thread.start({ answer.resume(returning: line()) }) else { return answer.resume(returning: line()) }
        }
    }

    /// The result of `hiddenLine`.
    enum Hidden {
        case text(String)
        case interrupted
    }

    /// Reads a line without echo. Calls `ask` after the echo is off. Restores the terminal, also after Ctrl-C.
    func hiddenLine(_ ask: () -> Void) -> Hidden {
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var withoutEcho = before
        withoutEcho.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &withoutEcho)
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
        ask()
        var bytes: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { return .interrupted }
            switch byte {
            case 3, 4: return .interrupted  // Ctrl-C, Ctrl-D
            case 10, 13: return .text(String(decoding: bytes, as: UTF8.self))
            case 8, 127:  // Backspace removes all bytes of a UTF-8 character.
                while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
            default: if bytes.count < Self.maximumPasswordBytes { bytes.append(byte) }
            }
        }
    }
}
