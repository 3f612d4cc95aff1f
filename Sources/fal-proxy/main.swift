print("fal-proxy")
