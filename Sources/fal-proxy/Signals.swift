@preconcurrency import Dispatch
import Glibc

/// Signals that are sent to a server by habit, and would end it by default.
enum Signals {
  /// Those that other servers take for a wish to read their settings again or to open their logs anew.
  private static let wishes: [(number: Int32, name: String)] = [
    (SIGHUP, "SIGHUP"), (SIGUSR1, "SIGUSR1"), (SIGUSR2, "SIGUSR2"),
  ]
  /// Timers that a parent left running, a log file that has grown to the limit of its size (the write fails instead), and
  /// what has no meaning here; with all real-time signals.
  private static let strays =
    [SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXFSZ, SIGXCPU, SIGPWR, SIGSTKFLT]
    + (__libc_current_sigrtmin()...__libc_current_sigrtmax())

  /// Lets none of them end the process; to be called first of all, before the command line is read: whoever starts a server
  /// may send one at once.
  static func hold() {
    for number in strays { signal(number, SIG_IGN) }
    block(wishes.map(\.number))
  }

  /// Answers each wish with a line for the operator.
  static func answerWishes() {
    for wish in wishes {
      let source = DispatchSource.makeSignalSource(signal: wish.number, queue: .global())
      source.setEventHandler {
        _ = source  // which lives as long as its handler
        StartUp.reportLater("fal-proxy: \(wish.name): nothing is reloaded; restart it to read its settings again")
      }
      source.activate()
    }
  }

  /// Keeps signals from this thread and all that it will start; to be called before there is a second one. Dispatch begins
  /// to listen some time after `activate`: blocked, a signal waits for it; otherwise one that comes before would end the
  /// process, or be lost.
  static func block(_ numbers: [Int32]) {
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for number in numbers { sigaddset(&blocked, number) }
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
  }
}
