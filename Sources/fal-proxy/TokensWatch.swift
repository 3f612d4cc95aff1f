import Guard
import Relay

/// Looks after `auth.tokens_file` while the proxy serves.
enum TokensWatch {
  /// Hands each new list to the loops, and tells the operator. Nothing is started where there is no file. Two looks make a
  /// change, or three of a file that never stays as it is: it is in force within two seconds.
  static func start(_ generation: Generation, _ runtime: ProxyRuntime) {
    guard let file = generation.tokensFile else { return }
    Task(priority: .utility) {
      await file.watch { change in
        switch change {
        case .refused(let reason):
          StartUp.reportLater("fal-proxy: warning: auth.tokens_file: \(reason); the tokens of before stay in force")
        case .list(let tokens):
          await runtime.adopt(tokens)
          StartUp.reportLater("fal-proxy: auth.tokens_file was read again, tokens in force: \(tokens.count)")
        }
      }
    }
  }
}
