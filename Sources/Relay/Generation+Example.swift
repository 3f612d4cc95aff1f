internal import Fal
package import Guard
internal import HTTPWire
package import Settings

extension Generation {
  /// The models that may be called whose schemas are known.
  package var models: [ModelSchema] {
    ModelSchemas.builtIn.all.filter { model in
      (try? policy.decide(method: .post, target: "https://\(FalHost.queue.name)/\(model.endpoint)".utf8.span)) != nil
    }
  }

  /// A model to try with the embedded fal, which knows it or stands in for it: it may be called at `fal.run`, and streamed; nil
  /// when there is none.
  package func exampleEndpoint(_ settings: Settings) -> String? {
    (EndpointID.differentialDiffusion + settings.allowedEndpoints).first { id in
      [id, "\(id)/stream"].allSatisfy { path in
        (try? policy.decide(method: .post, target: "https://\(FalHost.run.name)/\(path)".utf8.span)) != nil
      }
    }
  }
}
