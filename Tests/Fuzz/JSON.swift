import Text

/// What reading comes to: a value or an error.
private func read(_ bytes: Span<UInt8>, _ limits: JSONLimits) -> Result<JSONValue, JSONError> {
  do throws(JSONError) { return .success(try JSONParser.parse(bytes, limits)) } catch { return .failure(error) }
}

private func skip(_ bytes: Span<UInt8>, _ limits: JSONLimits) -> JSONError? {
  do throws(JSONError) {
    try JSONSkipper.check(bytes, limits)
    return nil
  } catch {
    return error
  }
}

/// Holds the members that the skipper finds against those of the value.
private func checkMembers(_ value: JSONValue, _ input: UnsafeBufferPointer<UInt8>, _ limits: JSONLimits) {
  var ranges: [Range<Int>] = []
  do throws(JSONError) {
    try JSONSkipper.forEachMember(of: input.span, limits) { ranges.append($0.value) }
  } catch {
    fatalError("members of a text that was accepted")
  }
  var members: [JSONMember] = []
  if case .object(let all) = value { members = all }
  require(ranges.count == members.count, "as many members as there are")
  for (range, member) in zip(ranges, members) {
    // One level deeper by the member's own standard.
    let part = try? JSONParser.parse(input.span.extracting(range), limits)
    require(part == member.value, "a member is not where it was said to be")
  }
  for member in members {
    let same = members.filter { $0.name.utf8.elementsEqual(member.name.utf8) }
    do throws(JSONError) {
      let range = try JSONSkipper.member(member.name, in: input.span, limits)
      require(same.count == 1 && range.map { ranges.contains($0) } == true, "a member that stands twice, or nowhere")
    } catch {
      require(same.count > 1, "a member that stands once is refused")
    }
  }
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  for limits in [JSONLimits(), JSONLimits(depth: 5, bytes: 200, allowsDuplicates: false)] {
    let error = skip(input.span, limits)
    switch read(input.span, limits) {
    case .failure(let parsed):
      require(error == parsed, "skipping and parsing differ")
      require(parsed.offset >= 0 && parsed.offset <= size, "an error nowhere in the text")
    case .success(let value):
      require(error == nil, "skipping refuses what parsing accepts")
      let written = JSONWriter.bytes(value)
      guard case .success(let again) = read(written.span, JSONLimits()) else { fatalError("cannot read what it wrote") }
      require(again == value && JSONWriter.bytes(again) == written, "written and read again it differs")
      checkMembers(value, input, limits)
    }
  }
  return 0
}
