internal import CAssets
public import Text

/// What one model takes and gives: a file of `config/models`, `{"endpoint": …, "input": <schema>, "output": <schema>}`.
public struct ModelSchema: Sendable {
  /// The id of its endpoint.
  public let endpoint: String
  /// What it takes.
  public let input: InputSchema
  /// What it gives.
  public let output: InputSchema
  /// The whole file, from which a form can be made.
  public let document: JSONValue

  /// Reads the content of a file.
  public init(_ content: [UInt8]) throws(InputSchemaError) {
    do throws(JSONError) {
      document = try JSONParser.parse(content.span, JSONLimits(allowsDuplicates: false))
    } catch {
      throw InputSchemaError(path: "byte \(error.offset)", reason: "no JSON: \(error.reason)")
    }
    guard case .object(let members) = document, let endpoint = document["endpoint"]?.text,
      let input = document["input"], let output = document["output"]
    else {
      throw InputSchemaError(path: "its outermost object", reason: "endpoint, input and output have to stand there")
    }
    let known: Set = ["endpoint", "input", "output", "$defs", "components"]
    if let other = members.first(where: { !known.contains($0.name) }) {
      throw InputSchemaError(path: other.name, reason: "is none of \(known.sorted().joined(separator: ", "))")
    }
    self.endpoint = endpoint
    self.input = try InputSchema(input, in: document, path: "input")
    self.output = try InputSchema(output, in: document, path: "output")
  }
}

/// The models whose schemas are known.
public struct ModelSchemas: Sendable {
  private var models: [String: ModelSchema] = [:]

  /// What is wrong with a file of schemas: a sentence that names it and the place in it.
  public struct FileError: Error, CustomStringConvertible {
    /// The sentence.
    public let description: String
  }

  /// Reads files, each with the name by which an error calls it.
  public init(_ files: [(name: String, content: [UInt8])]) throws(FileError) {
    for file in files {
      do throws(InputSchemaError) {
        let model = try ModelSchema(file.content)
        guard models.updateValue(model, forKey: model.endpoint) == nil else {
          throw InputSchemaError(path: "endpoint", reason: "another file has the schemas of \(model.endpoint)")
        }
      } catch {
        throw FileError(description: "\(file.name), \(error)")
      }
    }
  }

  /// The schemas of an endpoint.
  public subscript(endpoint: String) -> ModelSchema? { models[endpoint] }

  /// All of them, by the names of their endpoints.
  public var all: [ModelSchema] { models.values.sorted { $0.endpoint < $1.endpoint } }

  /// The files that the binary carries.
  public static let files: [(name: String, content: [UInt8])] = {
    var files: [(name: String, content: [UInt8])] = []
    while let file = model_schema(files.count)?.pointee {
      let content = [UInt8](UnsafeBufferPointer(start: file.bytes, count: file.count))
      files.append((String(cString: file.name), content))
    }
    return files
  }()

  /// The models of the files that the binary carries.
  public static let builtIn: ModelSchemas = {
    do throws(FileError) {
      return try ModelSchemas(files)
    } catch {
      fatalError(error.description)
    }
  }()
}
