"""The Studio in a real Chromium, as a person uses it."""

import os
import pathlib
import shutil
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "EndToEndTests"))

from harness import CANARY, Proxy  # noqa: E402, F401
from harness.waiting import wait_until  # noqa: E402, F401

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: Screenshots for a person go here.
PICTURES = os.environ.get("SCREENSHOTS")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
#: What may be seen of a page on purpose: a refused call is logged by the browser, not by the page.
REFUSED = "Failed to load resource: the server responded with a status of 4"


def png(width=96, height=64):
    """A picture with something to see."""
    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in (x * 2 % 256, y * 3 % 256, 140)) for y in range(height))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sandbox(**settings):
    return Proxy("serve", "--sandbox", key=None, **settings)


class Studio:
    """One visitor with a browser profile of their own."""

    def __init__(self, browser, proxy, allowed=(), others=(), **options):
        self.url = f"http://127.0.0.1:{proxy.address[1]}/"
        self.context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        self.allowed = allowed
        #: Whom the page may ask beside its own server.
        self.others = others
        self.complaints = []
        self.requests = []
        self.page = self.context.new_page()
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))

    def heard(self, message):
        if message.type in ("error", "warning") and not any(part in message.text for part in self.allowed):
            self.complaints.append(message.text)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.context.close()
        if kind is None:
            # Neither an error, nor a violation of the page's policy, nor a request to anybody else.
            assert not self.complaints, self.complaints
            assert all(request.url.startswith((self.url, "blob:", "data:", *self.others)) for request in self.requests)

    def open(self):
        self.page.goto(self.url)
        self.wait("() => document.documentElement.dataset.ready")
        return self

    def wait(self, condition, *argument):
        self.page.wait_for_function(condition, arg=argument[0] if argument else None, timeout=20_000)

    def picture(self, name="picture.png", content=None):
        """Opens a picture."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Choose a picture…").first.click()
        chooser.value.set_files({"name": name, "mimeType": "image/png", "buffer": content or png()})
        self.page.wait_for_timeout(0)
        self.wait("() => !document.querySelector('#canvas').matches('[aria-busy=true]')")
        self.page.get_by_role("button", name="Choose a picture…").first.wait_for(state="hidden")

    def paint(self):
        """Draws a line over the picture."""
        box = self.page.locator("#canvas canvas").first.bounding_box()
        x, y, width, height = box["x"], box["y"], box["width"], box["height"]
        self.page.mouse.move(x + width * .4, y + height * .45)
        self.page.mouse.down()
        self.page.mouse.move(x + width * .6, y + height * .55, steps=8)
        self.page.mouse.up()

    def ready(self, prompt="a lighthouse in a storm"):
        """A request that can be run."""
        self.open()
        self.picture()
        self.paint()
        self.label("Prompt").fill(prompt)
        return self

    def label(self, name):
        return self.page.get_by_label(name, exact=True)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def run(self):
        self.button("Run").click()

    def cards(self, state):
        return self.page.locator(f'article[data-state="{state}"]')

    def done(self, count=1):
        """Waits for that many results."""
        self.wait("(count) => document.querySelectorAll('article[data-state=done]').length === count", count)

    def database(self, store):
        """What is kept in the browser, without Blobs."""
        return self.page.evaluate(
            """(name) => new Promise((resolve) => {
              const open = indexedDB.open("studio", 1);
              open.onsuccess = () => {
                const all = open.result.transaction(name).objectStore(name).getAll();
                all.onsuccess = () => resolve(JSON.parse(JSON.stringify(all.result)));
              };
            })""", store)

    def look(self, name):
        if PICTURES:
            self.page.screenshot(path=str(pathlib.Path(PICTURES) / f"{name}.png"), full_page=True)
