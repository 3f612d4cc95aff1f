import ArgumentParser
import Digest
import Guard
import Text

/// `fal-proxy token`: makes a token for one of your users. It reads no configuration and writes no file.
struct MintToken: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make a token: print it, and the line of auth.tokens_file that takes it in.")

  @Argument(help: "Whose it is: \(CallerName.rule).")
  var name: String
  @Option(help: "The group it belongs to, one of groups in the settings.")
  var group: String?

  func validate() throws {
    for (what, value) in [("the name", name), ("the group", group ?? name)] where !CallerName.isValid(value) {
      throw ValidationError("\(what) is not \(CallerName.rule)")
    }
  }

  func run() throws {
    guard let random = RandomBytes.make(32) else {
      StartUp.report("fal-proxy: the system has no random bytes to give")
      throw ExitCode(1)
    }
    let (token, line) = TokenLine.mint(name: name, group: group, random: random)
    StartUp.report(
      "fal-proxy: the token, for \(name) alone, which cannot be shown again; then its line of auth.tokens_file")
    print(token)
    print(line.text)
  }
}
