internal import Fal
internal import Guard

/// The checks that see content.
extension Admission {
  /// What a token request or an upload initiation asks for, which only its content says.
  mutating func input(_ value: Span<UInt8>) -> Verdict? {
    guard let target else { return nil }
    switch target.operation {
    // Of a host only the operator knows, the form is the operator's too.
    case .token where HostRole(value.extracting(target.hostRange)) == .rest: break
    case .uploadInitiate where !generation.uploads.isOpen: break
    default: return estimate(target, value)
    }
    guard let content else {
      let limit = generation.collectedLimit
      return facts.statedLength > limit ? .refuse(.collectedTooLarge) : .collect(target, limit: limit)
    }
    return target.operation == .token
      ? token(content, value.extracting(target.endpoint)) : upload(content)
  }

  private mutating func token(_ content: [UInt8], _ path: Span<UInt8>) -> Verdict? {
    do throws(TokenRefusal) {
      self.content = try generation.tokens.decide(
        path: path, content: content.span, in: generation.callers.group(of: facts.caller))
      return nil
    } catch {
      return .refuse(.token(error))
    }
  }

  private mutating func upload(_ content: [UInt8]) -> Verdict? {
    do throws(UploadRefusal) {
      self.content = try generation.uploads.decide(content: content.span)
      return nil
    } catch {
      return .refuse(.upload(error))
    }
  }
}
