// libjpeg-turbo's TurboJPEG: an optional part. It is linked statically, by Package.swift, so there is no `link` here.
#pragma once
#include <turbojpeg.h>
