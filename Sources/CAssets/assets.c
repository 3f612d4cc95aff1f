#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// The compiler lists what it embeds among the files that this one depends on: a change of one rebuilds it.
static const unsigned char flux_differential_diffusion[] = {
#embed "../../config/models/flux-differential-diffusion.json"
};
static const unsigned char flux_general_differential_diffusion[] = {
#embed "../../config/models/flux-general-differential-diffusion.json"
};

static const struct asset model_schemas[] = {
    {"config/models/flux-differential-diffusion.json", flux_differential_diffusion,
     sizeof flux_differential_diffusion},
    {"config/models/flux-general-differential-diffusion.json", flux_general_differential_diffusion,
     sizeof flux_general_differential_diffusion},
};

const struct asset *model_schema(size_t index) {
  return index < sizeof model_schemas / sizeof model_schemas[0] ? &model_schemas[index] : NULL;
}
