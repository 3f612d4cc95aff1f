"""The Studio in a real browser: from the first load to a result, and everything around it."""

import json
import subprocess
import sys

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: use Tests/Browser/run")

from studio import CHROMIUM, PHONE, Studio, sandbox, wait_until  # noqa: E402

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

NAMES = {"Prompt": "label", "Seed": "label", "Strength": "label", "Steps": "label", "Guidance scale": "label",
         "Number of images": "label", "Safety checker": "label", "Run": "button", "Strength fan": "button", "Code": "button"}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        one = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture(scope="module")
def proxy():
    with sandbox() as one:
        yield one


@pytest.fixture
def studio(browser, proxy):
    with Studio(browser, proxy) as one:
        yield one


def test_the_first_load_is_small_and_paints_at_once(studio):
    studio.open()
    sizes = [request.sizes() for request in studio.requests]
    total = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    content = sum(size["responseBodySize"] for size in sizes)
    paint = studio.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    print(f"{len(sizes)} files, {content} bytes, with heads {total}; first paint after {paint:.0f} ms")
    assert content < 120_000
    # Every file that the page needs is named in it: nothing waits for the file before it.
    assert {request.url.rpartition("/")[2] for request in studio.requests} >= {"main.js", "canvas.js", "config.json"}


def test_from_a_picture_to_a_result(studio):
    studio.ready().run()
    studio.cards("running").wait_for()
    studio.wait("() => /step \\d+ of 28/.test(document.querySelector('article').textContent)")
    assert studio.page.locator("#progress").inner_text() == "1 running"
    studio.done()
    assert studio.page.locator("#progress").inner_text() == "Done: look at the result"
    studio.look("result")
    [job] = studio.database("jobs")
    assert job["images"][0]["width"] and job["seed"] and job["logs"]
    studio.page.get_by_role("button", name="Look at the picture").click()
    dialog = studio.page.get_by_role("dialog")
    slider = dialog.get_by_label("Before and after").and_(dialog.get_by_role("slider"))
    slider.focus()
    studio.page.keyboard.press("Home")
    assert slider.input_value() == "0"
    dialog.get_by_role("tab", name="Adherence").click()
    dialog.get_by_text("of 100", exact=False).first.wait_for()
    assert dialog.locator("canvas").get_attribute("aria-label")
    assert job["seed"] in dialog.locator("dl").inner_text()
    studio.look("adherence")
    with studio.page.expect_download() as download:
        dialog.get_by_role("button", name="Download map").click()
    assert open(download.value.path(), "rb").read().startswith(b"\x89PNG\r\n\x1a\n")
    dialog.get_by_role("button", name="Use as input").click()
    studio.page.get_by_role("dialog").wait_for(state="detached")


def test_two_samples_come_with_it(studio):
    studio.open()
    for name in ("Try the sample", "Try another"):
        studio.label("Prompt").fill("")
        studio.button(name).click()
        studio.wait("() => document.querySelector('#field-prompt').value")
        studio.run()
        studio.page.locator("article").first.wait_for()
    studio.done(2)
    # Each has its map.
    assert not studio.page.get_by_role("alert").is_visible()
    studio.look("sample")


def test_a_running_job_is_cancelled(studio):
    studio.ready().run()
    studio.button("Cancel").click()
    studio.cards("cancelled").wait_for()
    assert studio.button("Cancel").count() == 0
    studio.button("Run again").click()
    studio.done()


def test_a_strength_fan_is_five_jobs_with_one_seed(studio):
    studio.ready()
    studio.button("Strength fan").click()
    studio.done(5)
    inputs = [json.loads(job["input"]) for job in studio.database("jobs")]
    assert sorted(each["strength"] for each in inputs) == [0.3, 0.5, 0.7, 0.85, 1]
    assert len({each["seed"] for each in inputs}) == 1
    assert studio.page.locator(".fan article").count() == 5
    # Six streams would hold the browser up; what is above three is polled.
    followed = [request.headers["x-fal-target-url"] for request in studio.requests if "x-fal-target-url" in request.headers]
    assert any(url.endswith("/status?logs=1") for url in followed)
    studio.look("fan")


def test_a_seed_fan_is_four_jobs_that_differ_in_their_seed(studio):
    studio.ready()
    studio.label("Seed").fill("7")
    studio.button("Seed fan").click()
    studio.done(4)
    seeds = {json.loads(job["input"])["seed"] for job in studio.database("jobs")}
    assert len(seeds) == 4 and 7 in seeds


def test_what_is_over_the_limit_waits_in_the_page(browser):
    with sandbox(rates_submits="2/3s") as proxy, Studio(browser, proxy, allowed=["status of 429"]) as studio:
        studio.ready()
        studio.button("Strength fan").click()
        studio.page.get_by_text("The limit is reached", exact=False).first.wait_for()
        studio.look("limit")
        studio.done(5)
        assert studio.cards("failed").count() == 0


def test_a_reload_finds_running_jobs_results_and_the_draft(studio):
    studio.ready("a village in the snow")
    studio.label("Seed").fill("9223372036854775807")
    studio.run()
    studio.cards("running").wait_for()
    wait_until(lambda: studio.database("draft"), 10, "the draft")
    studio.open()
    studio.done()
    assert studio.database("jobs")[0]["seed"] == "9223372036854775807"
    assert studio.label("Prompt").input_value() == "a village in the snow"
    assert studio.label("Seed").input_value() == "9223372036854775807"
    studio.open()
    studio.page.get_by_role("button", name="Look at the picture").wait_for()
    # The picture came back too.
    studio.run()
    studio.done(2)


def test_a_recipe_restores_everything(browser, proxy, studio):
    studio.ready("a harbour at night")
    studio.label("Seed").fill("9007199254740993")
    studio.label("Strength").fill("0.62")
    studio.label("Steps").fill("12")
    studio.run()
    studio.done()
    studio.page.get_by_role("button", name="Look at the picture").click()
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="Download recipe").click()
    recipe = open(download.value.path(), encoding="utf-8").read()
    assert '"seed": 9007199254740993' in recipe
    with Studio(browser, proxy) as other:
        other.open()
        other.page.evaluate("""(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "recipe.json", { type: "application/json" }));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""", recipe)
        other.page.get_by_text("The recipe is restored", exact=False).wait_for()
        assert [other.label(name).input_value() for name in ("Prompt", "Seed", "Strength", "Steps")] == [
            "a harbour at night", "9007199254740993", "0.62", "12"]
        other.run()
        other.done()
        with other.page.expect_download() as download:
            other.page.get_by_role("button", name="Look at the picture").click()
            other.page.get_by_role("button", name="Download recipe").click()
        # The same picture, the same map to the last value.
        assert json.load(open(download.value.path(), encoding="utf-8")) == json.loads(recipe)


def test_something_that_is_no_recipe_is_told_of(studio):
    studio.open()
    studio.page.locator("#recipe-file").set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": b"{}"})
    studio.page.get_by_text("no recipe", exact=False).wait_for()


def test_the_request_as_code(studio):
    studio.ready("it's a \"test\"")
    studio.label("Seed").fill("9007199254740993")
    studio.button("Code").click()
    dialog = studio.page.get_by_role("dialog")
    texts = {}
    for name in ("JavaScript", "curl", "Swift", "Python"):
        dialog.get_by_role("tab", name=name).click()
        texts[name] = dialog.get_by_label(f"{name} code").inner_text()
        dialog.get_by_role("button", name=f"Copy {name}").click()
        dialog.get_by_role("button", name=f"Copy {name}").get_by_text("Copied").wait_for()
    for name, text in texts.items():
        assert studio.url + "api/fal/proxy" in text and "9007199254740993" in text and "/files/" in text, name
    # They are run as they stand.
    ran = subprocess.run(["sh", "-euc", texts["curl"]], capture_output=True, text=True, timeout=30)
    assert json.loads(ran.stdout)["status"] == "IN_QUEUE", ran
    pytest.importorskip("requests")
    ran = subprocess.run([sys.executable, "-c", texts["Python"]], capture_output=True, text=True, timeout=60)
    assert ran.stdout.startswith(studio.url), ran
    studio.look("code")


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE, {**PHONE, "color_scheme": "dark"}],
                         ids=["light", "dark", "phone", "phone, dark"])
def test_everything_has_a_name_and_can_be_read(browser, proxy, options):
    with Studio(browser, proxy, **options) as studio:
        studio.ready()
        studio.run()
        studio.done()
        for name, kind in NAMES.items():
            assert (studio.label(name) if kind == "label" else studio.button(name)).count() == 1, name
        assert studio.page.get_by_text("sandbox", exact=True).is_visible()
        assert studio.page.evaluate(NAMELESS) == []
        assert studio.page.evaluate(PALE) == []
        # Nothing sticks out to the side.
        assert studio.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        studio.look("page-" + "-".join(map(str, options)).replace("viewport-has_touch-is_mobile-device_scale_factor", "phone"))


def test_with_a_finger_on_a_phone(browser, proxy):
    with Studio(browser, proxy, **PHONE) as studio:
        studio.open()
        studio.picture()
        studio.label("Prompt").fill("a boat")
        studio.button("Run").tap()
        studio.done()
        studio.page.get_by_role("button", name="Look at the picture").tap()
        studio.look("phone-result")
        studio.page.get_by_role("button", name="Close").tap()
        studio.page.get_by_role("dialog").wait_for(state="detached")


def test_with_the_keyboard_alone(studio):
    studio.open()
    studio.picture()
    press = studio.page.keyboard.press

    def reach(selector):
        for _ in range(150):
            press("Tab")
            if studio.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    reach("#field-prompt")
    studio.page.keyboard.type("a fox")
    press("Control+Enter")
    studio.cards("running").wait_for()
    reach("article button")
    assert studio.page.evaluate("document.activeElement.textContent") == "Cancel"
    press("Enter")
    studio.cards("cancelled").wait_for()
    reach("#run")
    press("Enter")
    studio.done()
    reach("button.picture")
    press("Enter")
    studio.page.get_by_role("dialog").wait_for()
    press("Escape")
    studio.page.get_by_role("dialog").wait_for(state="detached")
    # Back where it was.
    assert studio.page.evaluate("document.activeElement.matches('button.picture')")


#: What a screen reader would find no name for.
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary, [role=img], [role=slider]")]
  .filter((each) => each.checkVisibility() && each.getAttribute("aria-hidden") !== "true")
  .filter((each) => !(each.ariaLabel || each.textContent.trim() || [...(each.labels ?? [])].some((label) => label.textContent.trim())
    || (each.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => document.getElementById(id)?.textContent.trim()) || each.title))
  .map((each) => each.outerHTML.slice(0, 120))"""

#: Text with less contrast to its ground than WCAG 2 AA asks for.
PALE = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor);
  };
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => (value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [.2126, .7152, .0722][index], 0);
  const pale = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility({ visibilityProperty: true }) || element.closest(":disabled, .away, canvas, .skip")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(rgba(style.color)), light(ground(element))].sort((a, b) => b - a);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.7 && style.fontWeight >= 700);
    if ((a + .05) / (b + .05) < (isLarge ? 3 : 4.5)) pale.push(`${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`);
  }
  return pale;
}"""
