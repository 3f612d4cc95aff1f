/// The two pictures that the page of the differential-diffusion model gives as an example (protocol.md §9.3).
public enum ExamplePictures {
  public static let image = "https://fal.media/files/koala/h6a7KK2Ie_inuGbdartoX.jpeg"
  public static let changeMap = "https://fal.media/files/zebra/Wh4IYAiAAcVbuZ8M9ZMSn.jpeg"
}
