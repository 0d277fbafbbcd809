// <termios.h> belongs to whichever C module includes it; here that is this one.
import CUV
import Glibc

/// Who sits in front of the terminal, if anybody does.
struct Input: Sendable {
    private static let mostPasswordBytes = 1024

    /// Nobody is asked anything where this is false.
    let isTerminal: Bool

    /// A line of standard input, without its end; nil where there is none.
    let line: @Sendable () -> String?

    enum Hidden {
        case text(String)
        case interrupted
    }

    /// A line that does not show as it is typed, from the moment `ask` asks for it. The terminal is as it was afterwards,
    /// also after Ctrl-C.
    func hiddenLine(_ ask: () -> Void) -> Hidden {
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet)
        defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
        ask()
        var bytes: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { return .interrupted }
            switch byte {
            case 3, 4: return .interrupted  // Ctrl-C, Ctrl-D
            case 10, 13: return .text(String(decoding: bytes, as: UTF8.self))
            case 8, 127:  // Backspace takes a whole character.
                while let last = bytes.popLast(), last & 0xc0 == 0x80 {}
            default: if bytes.count < Self.mostPasswordBytes { bytes.append(byte) }
            }
        }
    }
}
