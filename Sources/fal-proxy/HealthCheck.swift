import ArgumentParser
import Glibc
import Settings

/// `fal-proxy healthcheck`: asks the proxy that serves with this configuration, as a container's health check does.
struct HealthCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Ask the running proxy for /healthz at the configured host and port; exit with 0 or 1.")

  /// Seconds for each step: the connection, the request, the answer.
  private static let patience = 2

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    // Nothing but the settings: what is wrong with a file they name is no fault of the process that serves.
    guard let settings = try? StartUp.settings(config: options.config) else { throw ExitCode(1) }
    guard settings.port != 0 else {
      throw HealthCheck.fault("port is 0, any free one, so nobody knows which the proxy has; set port (FAL_PROXY_PORT)")
    }
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    let url = "http://\(host):\(settings.port)/healthz"
    switch HealthCheck.ask(settings.host, settings.port) {
    case .failure(let error):
      throw HealthCheck.fault(
        "no answer from \(url) (\(error.reason)); is fal-proxy serving, with the same host and port?")
    case .success(let start) where start.hasPrefix("HTTP/1.1 200"): print("fal-proxy: \(url) answers 200")
    case .success(let start) where start.hasPrefix("HTTP/"):
      throw HealthCheck.fault("\(url) does not answer 200; is fal-proxy what serves on this port?")
    case .success: throw HealthCheck.fault("\(url) speaks no HTTP; is fal-proxy what serves on this port?")
    }
  }

  private static func fault(_ sentence: String) -> ExitCode {
    StartUp.report("fal-proxy: unhealthy: \(sentence)")
    return ExitCode(1)
  }

  /// Why there was no answer.
  private struct Failure: Error {
    var reason = String(cString: strerror(errno))
  }

  /// The first bytes of the answer. A connection to `0.0.0.0` or `::` is one to the loopback address (Linux).
  private static func ask(_ host: String, _ port: Int) -> Result<String, Failure> {
    // As the listener takes it, whatever /etc/hosts says.
    let host = host == "localhost" ? "127.0.0.1" : host
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
      return .failure(Failure(reason: "host is not an address"))
    }
    defer { freeaddrinfo(address) }
    let socket = Glibc.socket(address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return .failure(Failure()) }
    defer { close(socket) }
    var patience = timeval(tv_sec: patience, tv_usec: 0)
    for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    guard connect(socket, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
      // What the time for sending says of a connection that takes longer.
      return .failure(errno == EINPROGRESS ? Failure(reason: String(cString: strerror(ETIMEDOUT))) : Failure())
    }
    let request = "GET /healthz HTTP/1.1\r\nhost: fal-proxy\r\nconnection: close\r\n\r\n"
    guard send(socket, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count else {
      return .failure(Failure())
    }
    var start = [UInt8](repeating: 0, count: "HTTP/1.1 200".utf8.count)
    let count = recv(socket, &start, start.count, Int32(MSG_WAITALL))
    guard count >= 0 else {
      return .failure(errno == EAGAIN ? Failure(reason: String(cString: strerror(ETIMEDOUT))) : Failure())
    }
    return .success(String(decoding: start.prefix(count), as: UTF8.self))
  }
}
