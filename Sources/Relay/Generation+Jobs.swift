internal import Guard
internal import Text

extension Generation {
  /// What fal may call the job that is known as `text`, under any of the secrets; none where that is no sealed id. Nothing is
  /// verified: what is no UUID that somebody has made is left out, which a wrong secret rarely makes.
  package func jobs(sealedAs text: String) -> [String] {
    let bytes = Array(text.utf8)
    return callers.secrets.seals.candidates(bytes.span)
      .filter { id in UUIDText.value(id.span).map { UUIDText.isMade($0) } ?? true }
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
