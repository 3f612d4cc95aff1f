"""What a person is told by the Studio when something is wrong, and where."""

import json

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: use Tests/Browser/run")

from studio import CANARY, CHROMIUM, REFUSED, Proxy, Studio, png, sandbox  # noqa: E402
from test_studio import browser, proxy  # noqa: E402, F401

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
def studio(browser, proxy):  # noqa: F811
    with Studio(browser, proxy, allowed=[REFUSED, "status of 5"]) as one:
        yield one


def answer(studio, status, body, method="POST", part="queue.fal.run", **fields):
    """Answers calls of the proxy whose target has `part` in place of the proxy."""
    def take(route):
        target = route.request.headers.get("x-fal-target-url", "")
        if route.request.method == method and part in target and not target.endswith(("/status", "/stream", "logs=1")):
            return route.fulfill(status=status, headers={"content-type": "application/json", **fields}, body=json.dumps(body))
        return route.continue_()
    studio.page.route("**/api/fal/proxy", take)


def test_what_is_missing_or_out_of_range_is_said_beside_the_field(studio):
    studio.ready()
    studio.label("Prompt").fill("")
    studio.label("Steps").fill("99")
    studio.label("Seed").fill("7.5")
    studio.run()
    described = {name: studio.label(name).get_attribute("aria-describedby") for name in ("Prompt", "Steps", "Seed")}
    assert {name: studio.page.locator(f"#{place}").inner_text() for name, place in described.items()} == {
        "Prompt": "Prompt is needed.", "Steps": "Steps is at most 50.", "Seed": "A seed is a whole number."}
    assert studio.label("Prompt").evaluate("(each) => each === document.activeElement && each.ariaInvalid") == "true"
    assert studio.page.locator("article").count() == 0
    studio.look("fields")
    studio.label("Steps").fill("9")
    assert not studio.page.locator(f"#{described['Steps']}").is_visible()


def test_without_a_picture_it_is_said_where_to_get_one(studio):
    studio.open()
    studio.label("Prompt").fill("a")
    studio.run()
    assert "Open a picture first" in studio.page.get_by_role("alert").inner_text()


def test_a_map_in_which_nothing_is_painted_is_told_of(studio):
    studio.open()
    studio.picture()
    studio.label("Prompt").fill("a")
    studio.run()
    studio.page.get_by_text("Nothing is painted", exact=False).wait_for()
    studio.done()


def test_a_422_stands_beside_its_field(studio):
    studio.ready()
    answer(studio, 422, {"detail": [
        {"loc": ["body", "guidance_scale"], "msg": "Input should be less than or equal to 20", "type": "less_than_equal"}]}, "GET")
    studio.run()
    studio.cards("failed").wait_for()
    assert studio.page.locator("#field-guidance_scale-error").inner_text() == "Input should be less than or equal to 20."
    assert studio.label("Guidance scale").get_attribute("aria-invalid") == "true"
    assert "Correct what is marked" in studio.cards("failed").inner_text()
    studio.look("refused")


@pytest.mark.parametrize("status, body, words", [
    (402, {"detail": "The budget of the day is used up.", "error_type": "proxy_budget_exhausted"}, ["budget", "of the day"]),
    (403, {"detail": "User is locked. Reason: Exhausted balance."}, ["not allowed", "Exhausted balance"]),
    (413, {"detail": "limits.body allows 1 MiB", "error_type": "proxy_content_too_large"}, ["too large", "smaller"]),
    (500, {"detail": "no answer", "error_type": "proxy_upstream_ambiguous"}, ["not known whether the job ran", "not sent again"]),
])
def test_a_refusal_is_told_in_words_with_what_to_do(studio, status, body, words):
    studio.ready()
    answer(studio, status, body)
    studio.run()
    studio.cards("failed").wait_for()
    for part in words:
        assert part in studio.cards("failed").inner_text() and part in studio.page.get_by_role("alert").inner_text()
    # It goes on once the cause is gone.
    studio.page.unroute_all()
    studio.button("Run again").click()
    studio.done()


def test_a_503_is_waited_out(studio):
    studio.ready()
    answer(studio, 503, {"detail": "draining", "error_type": "proxy_draining"}, **{"retry-after": "1"})
    studio.run()
    studio.page.get_by_text("it is sent again in 1 s", exact=False).wait_for()
    studio.page.unroute_all()
    studio.done()


def test_offline_a_run_waits_for_the_connection(browser, proxy):  # noqa: F811
    with Studio(browser, proxy, allowed=["ERR_INTERNET_DISCONNECTED"]) as studio:
        studio.ready()
        studio.context.set_offline(True)
        studio.run()
        studio.page.get_by_text("it is sent when the connection is back", exact=False).wait_for()
        assert studio.page.locator("#notice").is_visible()
        studio.look("offline")
        studio.context.set_offline(False)
        studio.done()
        assert not studio.page.locator("#notice").is_visible()


def test_a_token_is_asked_for_and_kept_for_the_tab(browser):  # noqa: F811
    secret = "token-of-the-app-0001"
    with sandbox(auth_tokens=secret) as relay, Studio(browser, relay, allowed=[REFUSED]) as studio:
        studio.open()
        studio.label("Token").and_(studio.page.locator("input")).fill("not-a-token-of-anybody")
        studio.look("token")
        studio.button("Use this token").click()
        studio.picture()
        studio.label("Prompt").fill("a")
        studio.run()
        # It is asked for again, and the job waits for it.
        studio.page.locator("input#token").fill(secret)
        studio.button("Use this token").click()
        studio.done()
        assert studio.page.evaluate("JSON.stringify(localStorage)").count(secret) == 0
        assert secret not in json.dumps(studio.database("jobs"))
        studio.button("Code").click()
        assert secret not in studio.page.get_by_role("dialog").inner_text()


def test_beside_the_real_fal_the_page_asks_what_black_means(browser):  # noqa: F811
    with Proxy(key=CANARY, studio="true") as relay, Studio(browser, relay) as studio:
        studio.open()
        assert not studio.page.locator("#banner").is_visible()
        choice = studio.page.get_by_label("In the map, black")
        assert choice.input_value() == "black_changes"
        assert studio.page.get_by_text("fal does not say which it is", exact=False).is_visible()
        studio.look("real")


def test_where_no_known_model_is_allowed_the_page_says_so(browser):  # noqa: F811
    with sandbox(allowed_endpoints="fal-ai/other") as relay, Studio(browser, relay) as studio:
        studio.open()
        assert "allowed_endpoints" in studio.page.locator("#notice").inner_text()
        assert studio.button("Run").is_disabled()


def test_every_field_of_the_larger_model_has_a_control(browser):  # noqa: F811
    with sandbox(allowed_endpoints="fal-ai/flux-differential-diffusion,fal-ai/flux-general/**") as relay, \
            Studio(browser, relay, allowed=[REFUSED]) as studio:
        studio.ready()
        studio.label("Model").select_option("fal-ai/flux-general/differential-diffusion")
        assert studio.label("Prompt").input_value() == "a lighthouse in a storm"
        facts = studio.page.evaluate("fetch('/studio/config.json').then((answer) => answer.json())")
        [model] = [each for each in facts["models"] if "general" in each["endpoint"]]
        names = set(model["input"]["properties"]) - {"image_url", "change_map_image_url"}
        assert {each.get_attribute("name") for each in studio.page.locator("#inputs [name]").all()} == names
        studio.page.get_by_text("More settings").click()
        studio.look("general")
        studio.run()
        studio.done()


def test_a_picture_that_cannot_be_read_across_origins_is_shown_and_told_of(browser):  # noqa: F811
    """Beside the real fal, whose calls are answered here in fal's place."""
    file = "https://v3.fal.media/files/lion/result.png"
    uploads = "https://v3.fal.media/files/lion/upload"
    output = {"images": [{"url": file, "width": 96, "height": 64}], "seed": 7, "timings": {}, "has_nsfw_concepts": [False], "prompt": "a"}

    def fal(route):
        target = route.request.headers.get("x-fal-target-url", "")
        if "/storage/" in target:
            return route.fulfill(json={"upload_url": uploads, "file_url": uploads})
        if target.endswith("status/stream?logs=1"):
            return route.fulfill(content_type="text/event-stream", body='data: {"status":"COMPLETED","logs":null}\n\n')
        return route.fulfill(json={"request_id": "r-1"} if route.request.method == "POST" else output)

    def cdn(route):
        if route.request.url == file:
            return route.fulfill(content_type="image/png", body=png(), headers={"access-control-allow-origin": "https://fal.ai"})
        return route.fulfill(headers={"access-control-allow-origin": "*", "access-control-allow-methods": "PUT",
                                      "access-control-allow-headers": "*"})

    with Proxy(key=CANARY, studio="true") as relay, \
            Studio(browser, relay, allowed=["blocked by CORS policy", "ERR_FAILED"], others=["https://v3.fal.media/"]) as studio:
        studio.page.route("**/api/fal/proxy", fal)
        studio.page.route("https://v3.fal.media/**", cdn)
        studio.ready().run()
        studio.done()
        assert studio.page.locator("article img").evaluate("(each) => each.decode().then(() => each.naturalWidth)") == 96
        studio.page.get_by_role("button", name="Look at the picture").click()
        dialog = studio.page.get_by_role("dialog")
        assert "does not let this page read it" in dialog.locator("aside").inner_text()
        assert dialog.get_by_role("link", name="Open picture").get_attribute("href") == file
        dialog.get_by_role("tab", name="Adherence").click()
        assert "does not let this page read it" in dialog.get_by_role("tabpanel", name="Adherence").inner_text()
        studio.look("unreadable")
