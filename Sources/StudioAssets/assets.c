// Made by pack.
#include "StudioAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char plain_0[] = {
#embed "canvas/adherence.js"
};
static const unsigned char gzipped_0[] = {
#embed "packed/canvas-adherence.js.gz"
};

static const unsigned char plain_1[] = {
#embed "canvas/bars.js"
};
static const unsigned char gzipped_1[] = {
#embed "packed/canvas-bars.js.gz"
};

static const unsigned char plain_2[] = {
#embed "canvas/canvas.css"
};
static const unsigned char gzipped_2[] = {
#embed "packed/canvas-canvas.css.gz"
};

static const unsigned char plain_3[] = {
#embed "canvas/canvas.js"
};
static const unsigned char gzipped_3[] = {
#embed "packed/canvas-canvas.js.gz"
};

static const unsigned char plain_4[] = {
#embed "canvas/colours.js"
};
static const unsigned char gzipped_4[] = {
#embed "packed/canvas-colours.js.gz"
};

static const unsigned char plain_5[] = {
#embed "canvas/comparison.js"
};
static const unsigned char gzipped_5[] = {
#embed "packed/canvas-comparison.js.gz"
};

static const unsigned char plain_6[] = {
#embed "canvas/dom.js"
};
static const unsigned char gzipped_6[] = {
#embed "packed/canvas-dom.js.gz"
};

static const unsigned char plain_7[] = {
#embed "canvas/editor.js"
};
static const unsigned char gzipped_7[] = {
#embed "packed/canvas-editor.js.gz"
};

static const unsigned char plain_8[] = {
#embed "canvas/exif.js"
};
static const unsigned char gzipped_8[] = {
#embed "packed/canvas-exif.js.gz"
};

static const unsigned char plain_9[] = {
#embed "canvas/guide.js"
};
static const unsigned char gzipped_9[] = {
#embed "packed/canvas-guide.js.gz"
};

static const unsigned char plain_10[] = {
#embed "canvas/jobs.js"
};
static const unsigned char gzipped_10[] = {
#embed "packed/canvas-jobs.js.gz"
};

static const unsigned char plain_11[] = {
#embed "canvas/keyboard.js"
};
static const unsigned char gzipped_11[] = {
#embed "packed/canvas-keyboard.js.gz"
};

static const unsigned char plain_12[] = {
#embed "canvas/map.js"
};
static const unsigned char gzipped_12[] = {
#embed "packed/canvas-map.js.gz"
};

static const unsigned char plain_13[] = {
#embed "canvas/menus.js"
};
static const unsigned char gzipped_13[] = {
#embed "packed/canvas-menus.js.gz"
};

static const unsigned char plain_14[] = {
#embed "canvas/operations.js"
};
static const unsigned char gzipped_14[] = {
#embed "packed/canvas-operations.js.gz"
};

static const unsigned char plain_15[] = {
#embed "canvas/options.js"
};
static const unsigned char gzipped_15[] = {
#embed "packed/canvas-options.js.gz"
};

static const unsigned char plain_16[] = {
#embed "canvas/pixels.js"
};
static const unsigned char gzipped_16[] = {
#embed "packed/canvas-pixels.js.gz"
};

static const unsigned char plain_17[] = {
#embed "canvas/png.js"
};
static const unsigned char gzipped_17[] = {
#embed "packed/canvas-png.js.gz"
};

static const unsigned char plain_18[] = {
#embed "canvas/pointer.js"
};
static const unsigned char gzipped_18[] = {
#embed "packed/canvas-pointer.js.gz"
};

static const unsigned char plain_19[] = {
#embed "canvas/renderer.js"
};
static const unsigned char gzipped_19[] = {
#embed "packed/canvas-renderer.js.gz"
};

static const unsigned char plain_20[] = {
#embed "canvas/settings.js"
};
static const unsigned char gzipped_20[] = {
#embed "packed/canvas-settings.js.gz"
};

static const unsigned char plain_21[] = {
#embed "canvas/stage.js"
};
static const unsigned char gzipped_21[] = {
#embed "packed/canvas-stage.js.gz"
};

static const unsigned char plain_22[] = {
#embed "canvas/stroke.js"
};
static const unsigned char gzipped_22[] = {
#embed "packed/canvas-stroke.js.gz"
};

static const unsigned char plain_23[] = {
#embed "canvas/tools.js"
};
static const unsigned char gzipped_23[] = {
#embed "packed/canvas-tools.js.gz"
};

static const unsigned char plain_24[] = {
#embed "canvas/view.js"
};
static const unsigned char gzipped_24[] = {
#embed "packed/canvas-view.js.gz"
};

static const unsigned char plain_25[] = {
#embed "canvas/viewer.js"
};
static const unsigned char gzipped_25[] = {
#embed "packed/canvas-viewer.js.gz"
};

static const unsigned char plain_26[] = {
#embed "canvas/worker.js"
};
static const unsigned char gzipped_26[] = {
#embed "packed/canvas-worker.js.gz"
};

static const unsigned char plain_27[] = {
#embed "page/card.js"
};
static const unsigned char gzipped_27[] = {
#embed "packed/card.js.gz"
};

static const unsigned char plain_28[] = {
#embed "page/code.js"
};
static const unsigned char gzipped_28[] = {
#embed "packed/code.js.gz"
};

static const unsigned char plain_29[] = {
#embed "page/codeview.js"
};
static const unsigned char gzipped_29[] = {
#embed "packed/codeview.js.gz"
};

static const unsigned char plain_30[] = {
#embed "page/compare.js"
};
static const unsigned char gzipped_30[] = {
#embed "packed/compare.js.gz"
};

static const unsigned char plain_31[] = {
#embed "page/dialog.js"
};
static const unsigned char gzipped_31[] = {
#embed "packed/dialog.js.gz"
};

static const unsigned char plain_32[] = {
#embed "page/dom.js"
};
static const unsigned char gzipped_32[] = {
#embed "packed/dom.js.gz"
};

static const unsigned char plain_33[] = {
#embed "page/drop.js"
};
static const unsigned char gzipped_33[] = {
#embed "packed/drop.js.gz"
};

static const unsigned char plain_34[] = {
#embed "page/elapsed.js"
};
static const unsigned char gzipped_34[] = {
#embed "packed/elapsed.js.gz"
};

static const unsigned char plain_35[] = {
#embed "page/errors.js"
};
static const unsigned char gzipped_35[] = {
#embed "packed/errors.js.gz"
};

static const unsigned char plain_36[] = {
#embed "page/fal.js"
};
static const unsigned char gzipped_36[] = {
#embed "packed/fal.js.gz"
};

static const unsigned char plain_37[] = {
#embed "page/follow.js"
};
static const unsigned char gzipped_37[] = {
#embed "packed/follow.js.gz"
};

static const unsigned char plain_38[] = {
#embed "page/form.js"
};
static const unsigned char gzipped_38[] = {
#embed "packed/form.js.gz"
};

static const unsigned char plain_39[] = {
#embed "page/gallery.js"
};
static const unsigned char gzipped_39[] = {
#embed "packed/gallery.js.gz"
};

static const unsigned char plain_40[] = {
#embed "page/icon.svg"
};
static const unsigned char gzipped_40[] = {
#embed "packed/icon.svg.gz"
};

static const unsigned char plain_41[] = {
#embed "page/index.html"
};
static const unsigned char gzipped_41[] = {
#embed "packed/index.html.gz"
};

static const unsigned char plain_42[] = {
#embed "page/jobs.js"
};
static const unsigned char gzipped_42[] = {
#embed "packed/jobs.js.gz"
};

static const unsigned char plain_43[] = {
#embed "page/json.js"
};
static const unsigned char gzipped_43[] = {
#embed "packed/json.js.gz"
};

static const unsigned char plain_44[] = {
#embed "page/main.js"
};
static const unsigned char gzipped_44[] = {
#embed "packed/main.js.gz"
};

static const unsigned char plain_45[] = {
#embed "page/pictures.js"
};
static const unsigned char gzipped_45[] = {
#embed "packed/pictures.js.gz"
};

static const unsigned char plain_46[] = {
#embed "page/presets.js"
};
static const unsigned char gzipped_46[] = {
#embed "packed/presets.js.gz"
};

static const unsigned char plain_47[] = {
#embed "page/recipe.js"
};
static const unsigned char gzipped_47[] = {
#embed "packed/recipe.js.gz"
};

static const unsigned char plain_48[] = {
#embed "page/run.js"
};
static const unsigned char gzipped_48[] = {
#embed "packed/run.js.gz"
};

static const unsigned char plain_49[] = {
#embed "page/samples.js"
};
static const unsigned char gzipped_49[] = {
#embed "packed/samples.js.gz"
};

static const unsigned char plain_50[] = {
#embed "page/schema.js"
};
static const unsigned char gzipped_50[] = {
#embed "packed/schema.js.gz"
};

static const unsigned char plain_51[] = {
#embed "page/seed.js"
};
static const unsigned char gzipped_51[] = {
#embed "packed/seed.js.gz"
};

static const unsigned char plain_52[] = {
#embed "page/sse.js"
};
static const unsigned char gzipped_52[] = {
#embed "packed/sse.js.gz"
};

static const unsigned char plain_53[] = {
#embed "page/store.js"
};
static const unsigned char gzipped_53[] = {
#embed "packed/store.js.gz"
};

static const unsigned char plain_54[] = {
#embed "page/studio.css"
};
static const unsigned char gzipped_54[] = {
#embed "packed/studio.css.gz"
};

static const unsigned char plain_55[] = {
#embed "page/token.js"
};
static const unsigned char gzipped_55[] = {
#embed "packed/token.js.gz"
};

static const unsigned char plain_56[] = {
#embed "page/viewer.js"
};
static const unsigned char gzipped_56[] = {
#embed "packed/viewer.js.gz"
};

static const unsigned char plain_57[] = {
#embed "page/work.js"
};
static const unsigned char gzipped_57[] = {
#embed "packed/work.js.gz"
};

static const struct studio_asset assets[] = {
    {"canvas/adherence.js", plain_0, sizeof plain_0, gzipped_0, sizeof gzipped_0},
    {"canvas/bars.js", plain_1, sizeof plain_1, gzipped_1, sizeof gzipped_1},
    {"canvas/canvas.css", plain_2, sizeof plain_2, gzipped_2, sizeof gzipped_2},
    {"canvas/canvas.js", plain_3, sizeof plain_3, gzipped_3, sizeof gzipped_3},
    {"canvas/colours.js", plain_4, sizeof plain_4, gzipped_4, sizeof gzipped_4},
    {"canvas/comparison.js", plain_5, sizeof plain_5, gzipped_5, sizeof gzipped_5},
    {"canvas/dom.js", plain_6, sizeof plain_6, gzipped_6, sizeof gzipped_6},
    {"canvas/editor.js", plain_7, sizeof plain_7, gzipped_7, sizeof gzipped_7},
    {"canvas/exif.js", plain_8, sizeof plain_8, gzipped_8, sizeof gzipped_8},
    {"canvas/guide.js", plain_9, sizeof plain_9, gzipped_9, sizeof gzipped_9},
    {"canvas/jobs.js", plain_10, sizeof plain_10, gzipped_10, sizeof gzipped_10},
    {"canvas/keyboard.js", plain_11, sizeof plain_11, gzipped_11, sizeof gzipped_11},
    {"canvas/map.js", plain_12, sizeof plain_12, gzipped_12, sizeof gzipped_12},
    {"canvas/menus.js", plain_13, sizeof plain_13, gzipped_13, sizeof gzipped_13},
    {"canvas/operations.js", plain_14, sizeof plain_14, gzipped_14, sizeof gzipped_14},
    {"canvas/options.js", plain_15, sizeof plain_15, gzipped_15, sizeof gzipped_15},
    {"canvas/pixels.js", plain_16, sizeof plain_16, gzipped_16, sizeof gzipped_16},
    {"canvas/png.js", plain_17, sizeof plain_17, gzipped_17, sizeof gzipped_17},
    {"canvas/pointer.js", plain_18, sizeof plain_18, gzipped_18, sizeof gzipped_18},
    {"canvas/renderer.js", plain_19, sizeof plain_19, gzipped_19, sizeof gzipped_19},
    {"canvas/settings.js", plain_20, sizeof plain_20, gzipped_20, sizeof gzipped_20},
    {"canvas/stage.js", plain_21, sizeof plain_21, gzipped_21, sizeof gzipped_21},
    {"canvas/stroke.js", plain_22, sizeof plain_22, gzipped_22, sizeof gzipped_22},
    {"canvas/tools.js", plain_23, sizeof plain_23, gzipped_23, sizeof gzipped_23},
    {"canvas/view.js", plain_24, sizeof plain_24, gzipped_24, sizeof gzipped_24},
    {"canvas/viewer.js", plain_25, sizeof plain_25, gzipped_25, sizeof gzipped_25},
    {"canvas/worker.js", plain_26, sizeof plain_26, gzipped_26, sizeof gzipped_26},
    {"card.js", plain_27, sizeof plain_27, gzipped_27, sizeof gzipped_27},
    {"code.js", plain_28, sizeof plain_28, gzipped_28, sizeof gzipped_28},
    {"codeview.js", plain_29, sizeof plain_29, gzipped_29, sizeof gzipped_29},
    {"compare.js", plain_30, sizeof plain_30, gzipped_30, sizeof gzipped_30},
    {"dialog.js", plain_31, sizeof plain_31, gzipped_31, sizeof gzipped_31},
    {"dom.js", plain_32, sizeof plain_32, gzipped_32, sizeof gzipped_32},
    {"drop.js", plain_33, sizeof plain_33, gzipped_33, sizeof gzipped_33},
    {"elapsed.js", plain_34, sizeof plain_34, gzipped_34, sizeof gzipped_34},
    {"errors.js", plain_35, sizeof plain_35, gzipped_35, sizeof gzipped_35},
    {"fal.js", plain_36, sizeof plain_36, gzipped_36, sizeof gzipped_36},
    {"follow.js", plain_37, sizeof plain_37, gzipped_37, sizeof gzipped_37},
    {"form.js", plain_38, sizeof plain_38, gzipped_38, sizeof gzipped_38},
    {"gallery.js", plain_39, sizeof plain_39, gzipped_39, sizeof gzipped_39},
    {"icon.svg", plain_40, sizeof plain_40, gzipped_40, sizeof gzipped_40},
    {"index.html", plain_41, sizeof plain_41, gzipped_41, sizeof gzipped_41},
    {"jobs.js", plain_42, sizeof plain_42, gzipped_42, sizeof gzipped_42},
    {"json.js", plain_43, sizeof plain_43, gzipped_43, sizeof gzipped_43},
    {"main.js", plain_44, sizeof plain_44, gzipped_44, sizeof gzipped_44},
    {"pictures.js", plain_45, sizeof plain_45, gzipped_45, sizeof gzipped_45},
    {"presets.js", plain_46, sizeof plain_46, gzipped_46, sizeof gzipped_46},
    {"recipe.js", plain_47, sizeof plain_47, gzipped_47, sizeof gzipped_47},
    {"run.js", plain_48, sizeof plain_48, gzipped_48, sizeof gzipped_48},
    {"samples.js", plain_49, sizeof plain_49, gzipped_49, sizeof gzipped_49},
    {"schema.js", plain_50, sizeof plain_50, gzipped_50, sizeof gzipped_50},
    {"seed.js", plain_51, sizeof plain_51, gzipped_51, sizeof gzipped_51},
    {"sse.js", plain_52, sizeof plain_52, gzipped_52, sizeof gzipped_52},
    {"store.js", plain_53, sizeof plain_53, gzipped_53, sizeof gzipped_53},
    {"studio.css", plain_54, sizeof plain_54, gzipped_54, sizeof gzipped_54},
    {"token.js", plain_55, sizeof plain_55, gzipped_55, sizeof gzipped_55},
    {"viewer.js", plain_56, sizeof plain_56, gzipped_56, sizeof gzipped_56},
    {"work.js", plain_57, sizeof plain_57, gzipped_57, sizeof gzipped_57},
};

const struct studio_asset *studio_asset(size_t index) {
  return index < sizeof assets / sizeof assets[0] ? &assets[index] : NULL;
}
