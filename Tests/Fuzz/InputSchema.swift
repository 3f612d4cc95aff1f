import Guard
import Text

private let models = ["fal-ai/flux-differential-diffusion", "fal-ai/flux-general/differential-diffusion"]
  .compactMap { ModelSchemas.builtIn[$0] }

/// Holds what was accepted against what the schema asks, read member by member.
private func checkAccepted(_ value: JSONValue) {
  require(value["prompt"]?.text != nil && value["image_url"]?.text != nil, "accepted without what is required")
  if let steps = value["num_inference_steps"] {
    require(LaxReading.integer(steps).flatMap { Int($0.description) }.map { (1...50).contains($0) } == true, "steps")
  }
  if let flag = value["sync_mode"] { require(LaxReading.flag(flag) != nil, "no truth value") }
  if let seed = value["seed"], seed != .null { require(LaxReading.integer(seed) != nil, "no seed") }
  if let number = value["guidance_scale"] { require(LaxReading.number(number) != nil, "no number") }
}

/// Every issue is told of a place in the value, of what is missing there, or of a possibility of the schema.
private func checkIssues(_ issues: [InputIssue], with value: JSONValue) {
  require(issues.count <= 100, "too many issues")
  for issue in issues {
    require(issue.location.first == "body" && !issue.message.isEmpty && !issue.type.isEmpty, "an issue without a place")
    let written = JSONWriter.bytes(issue.json)
    require((try? JSONParser.parse(written)) == issue.json, "an issue that cannot be read")
  }
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let value = try? JSONParser.parse(bytes(data, size).span, JSONLimits()) else { return 0 }
  for model in models {
    let issues = model.input.issues(with: value)
    checkIssues(issues, with: value)
    require(issues == model.input.issues(with: value), "twice asked, twice told")
    if issues.isEmpty { checkAccepted(value) }
  }
  // The same bytes as a schema: it is refused, or can be held against itself and against an input.
  if let schema = try? InputSchema(value, in: value, path: "schema") {
    checkIssues(schema.issues(with: value), with: value)
    checkIssues(schema.issues(with: models[0].document), with: models[0].document)
  }
  return 0
}
