internal import Guard
internal import Text

/// What the sandbox asks of every input besides the model's own schema: what it can draw, and a seed of 64 bits.
enum SandboxLimits {
  /// Everything that is wrong with `value`.
  static func issues(with value: JSONValue) -> [InputIssue] {
    let issues = input.issues(with: value)
    guard let size = value["image_size"], case .object = size else { return issues }
    return issues + imageSize.issues(with: size, at: ["body", "image_size"])
  }

  private static let input = schema([
    "seed": .object(["type": ["integer", "null"], "minimum": .integer(Int64.min), "maximum": .integer(UInt64.max)]),
    "prompt": .object(["type": "string", "maxLength": 100_000]),
    "num_images": .object(["type": "integer", "minimum": 1, "maximum": 4]),
  ])

  private static let side = JSONValue.object(["type": "integer", "maximum": 14142, "exclusiveMinimum": 0])
  private static let imageSize = schema(["width": side, "height": side])

  private static func schema(_ properties: KeyValuePairs<String, JSONValue>) -> InputSchema {
    let source = JSONValue.object(["type": "object", "properties": .object(properties)])
    do throws(InputSchemaError) {
      return try InputSchema(source, in: source, path: "the sandbox's limits")
    } catch {
      fatalError(error.description)
    }
  }
}
