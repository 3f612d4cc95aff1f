// zlib: what fal says compressed, and the PNG images of the sandbox.
#pragma once
#include <zlib.h>
