public import Text

/// What an estimate looks at of an input, without the rest of it, which may be large.
public enum EstimatedInput {
  private static let names = ["image_url", "image_size", "num_images"]
  /// Of a longer text the size of its picture is read from the beginning.
  private static let textLimit = 1 << 20

  /// - Parameter content: of a request; where it is no object, or not JSON, nothing is found.
  public static func read(_ content: Span<UInt8>) -> JSONValue {
    var members: [JSONMember] = []
    for name in names {
      do throws(JSONError) {
        guard let range = try JSONSkipper.member(name, in: content) else { continue }
        guard let value = value(content.extracting(range)) else { continue }
        members.append(JSONMember(name: name, value: value))
      } catch {
        // A member that stands twice, of which fal takes the last, is looked for with more patience.
        return content.count <= textLimit ? (try? JSONParser.parse(content, JSONLimits())) ?? .null : .null
      }
    }
    return .object(members)
  }

  /// - Parameter query: of a request that has its input there.
  public static func read(query: Span<UInt8>) -> JSONValue {
    .object(
      QueryParameter.all(in: query).compactMap { parameter in
        let name = String(decoding: parameter.name, as: UTF8.self)
        guard names.contains(name), let value = parameter.value else { return nil }
        return JSONMember(name: name, value: .string(String(decoding: value, as: UTF8.self)))
      })
  }

  private static func value(_ text: Span<UInt8>) -> JSONValue? {
    guard text.count > textLimit else { return try? JSONParser.parse(text, JSONLimits()) }
    guard text[0] == UInt8(ascii: "\"") else { return .null }
    // Cut where no escape can be in the middle of it.
    var end = textLimit
    for index in textLimit - 12..<textLimit where text[index] == UInt8(ascii: "\\") {
      end = index
      break
    }
    var beginning = text.extracting(0..<end).withUnsafeBufferPointer { [UInt8]($0) }
    beginning.append(UInt8(ascii: "\""))
    return (try? JSONParser.parse(beginning.span, JSONLimits())) ?? .null
  }
}
