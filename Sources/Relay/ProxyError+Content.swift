extension ProxyError {
  /// The response content: a JSON object every official client can read (protocol.md §10.3).
  var content: [UInt8] {
    let text = ProxyError.escaped(message)
    return Array("{\"detail\":\"\(text)\",\"message\":\"\(text)\",\"error_type\":\"proxy_\(name)\"}\n".utf8)
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
