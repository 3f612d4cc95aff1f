"""Writes the corpus as seed files for the fuzzers: seeds.py FOLDER."""

import json
import pathlib
import re
import sys
import zlib

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "Corpus"))

import corpus  # noqa: E402

LONGEST = 4096


def write(folder, seeds):
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(sorted(seeds)):
        (folder / f"{number:04}").write_bytes(seed)


def targets():
    """Values of x-fal-target-url: those of the corpora, and those of the sandbox's endpoint."""
    base = "https://queue.fal.run/fal-ai/flux-differential-diffusion"
    forms = ["", "?fal_webhook=https%3A%2F%2Fa.test%2F", "/stream", "/requests/1", "/requests/1/status?logs=1",
             "/requests/1/status/stream", "/requests/1/cancel", "/requests/1/response", "/", "?", "/../x", "/%2e", "//",
             "#x"]
    seeds = {(base + form).encode() for form in forms}
    seeds |= {f"https://{host}/{path}".encode() for host in ("fal.run", "rest.fal.ai", "rest.alpha.fal.ai", "evil.test")
              for path in ("workflows/a/b", "tokens/", "storage/upload/initiate?storage_type=fal-cdn-v3")}
    seeds |= {target.data for target in corpus.hostile_targets() + corpus.good_targets()}
    for entry in corpus.load("requests"):
        seeds |= set(re.findall(rb"(?i)x-fal-target-url: *([^\r\n]*)", entry.data))
    return seeds


def settings():
    """The settings of the repository, whole and in pieces, and the forms that it does not need yet."""
    text = (TESTS.parent / "config" / "fal-proxy.yaml").read_text("utf-8")
    pieces = re.split(r"\n(?=\S)", text)
    odd = ["a: [b, \"c\\n\", 'd''e']", "a:\n- b\n- c\n", "a: {}\nb: []\nc: ~", "---\na:\n  b:\n    c: 1 # x\n",
           "a: 'x", "\ta: b", "{}", "{\n  \"a\": 1\n}", "[a]\nb = 1\n", "a: &b\n  <<: *c\n", "a: !t b\n---\nc: d\n...\n"]
    maps = ["a:\n  - b: 1\n    c: 2\n  -\n    d:\n    - e\n    - f: {}\n",
            "a:\n- 'b': |\n    x\n  c: [y]\n- {}\n- ~\n",
            "groups:\n  - name: free\n    endpoints: [a/b, \"@default\"]\n    rates:\n      submits: 30/1m\n"
            "      polls: 1/1s\n    members:\n      - id: 1\n      - id: 10\n  - nam: x\n",
            "prices:\n- endpoint: a/b\n  unit: second\n  price: 5\n- x\n-\n",
            "name: >-\n  abc\na:\n  size: 1KiB\n  b:\n    deep: 1\n    c:\n      deepest: 1s\n",
            "a:\n  issuers:\n    - name: https://a\n      keys:\n        shared: [0123456789]\n"
            "      claims:\n        aud: 'x'\n"]
    texts = ["a: |\n  x\n   y\n\n  z\n", "a: >+ # c\n\n  x\n  y\n    z\n\n# c\nb: |-\n", "a: |2\n  x",
             "a:\n- |\n x\n- >-\n  y\n\n  z\n", "a: |\r\n  x\r\n\ty\r\n"]
    return {piece.encode()[:LONGEST] for piece in [text, *pieces, *odd, *maps, *texts]}


def json_texts():
    """Bodies of the corpora that are JSON, and every rule of RFC 8259 both kept and broken."""
    seeds = {entry.data.partition(b"\r\n\r\n")[2] for entry in corpus.load("requests") + corpus.load("responses")}
    seeds = {seed for seed in seeds if seed[:1] in (b"{", b"[", b'"')}
    texts = ["null", "true", "false", "-0.5E+10", "18446744073709551615", '""', "[]", "{}", "[1,[2,[3]],{}]", "[1,]",
             '{"prompt":"a","seed":7,"image_url":"data:image/png;base64,' + "iVBORw0KGgo" * 30 + '","x":[{"y":null}]}',
             '{"a":1,"\\u0061":2}', '"\\ud83d\\ude00\\"\\\\\\/\\b\\f\\n\\r\\t"', '"é😀"',
             "[[[[[[1]]]]]]", " [ 1 , 2 ] "]
    return seeds | {text.encode() for text in texts}


def inputs():
    """The inputs of the corpus, the schemas they are held against, and those of the models."""
    seeds = set()
    for line in (TESTS / "Corpus" / "inputs" / "pydantic.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            seeds.add(line.removeprefix("schema ").partition("\t")[0].encode())
    required = '"prompt":"p","image_url":"https://a.test/i","change_map_image_url":"data:,"'
    members = ['"strength":"0.5"', '"seed":9007199254740993', '"num_inference_steps":28.0', '"sync_mode":"on"',
               '"image_size":{"width":"64"}', '"loras":[{}]', '"output_format":"jpeg"', '"guidance_scale":"nan"']
    seeds |= {f"{{{required},{member}}}".encode() for member in members}
    models = [file.read_bytes() for file in (TESTS.parent / "config" / "models").glob("*.json")]
    return seeds | {json.dumps(json.loads(model)["input"]).encode() for model in models}


def proxy_headers():
    """Headers of the PROXY protocol, in both versions."""
    signature = b"\r\n\r\n\0\r\nQUIT\n"
    return {b"PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\nGET / HTTP/1.1\r\n", b"PROXY TCP6 2001:db8::9 ::1 1 65535\r\n",
            b"PROXY UNKNOWN x\r\n", signature + b"\x20\0\0\0", signature + b"\x21\x11\0\x0c" + b"\x0a" * 12,
            signature + b"\x21\x21\0\x28" + b"\x20" * 40, signature + b"\x21\x31\0\xd8" + b"/" * 216}


def pictures():
    """Small PNGs of every kind, plain and interlaced, and JPEGs, grey and in colours, without the usual tables."""
    def chunk(name, data):
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    def png(colour, depth, interlaced):
        header = bytes([0, 0, 0, 9, 0, 0, 0, 7, depth, colour, 0, 0, interlaced])
        palette = chunk(b"PLTE", bytes(range(48))) + chunk(b"tRNS", b"\x80\0") if colour == 3 else b""
        # More than enough rows of the first filter.
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette +
                chunk(b"IDAT", zlib.compress(bytes(2000))) + chunk(b"IEND", b""))

    def jpeg(components):
        def segment(marker, data):
            return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2, "big") + data
        parts = b"".join(bytes([number + 1, 0x11, 0]) for number in range(components))
        scans = b"".join(bytes([number + 1, 0]) for number in range(components))
        return (b"\xff\xd8" + segment(0xDB, b"\0" + bytes([9] * 64)) +
                segment(0xC0, b"\x08\0\x10\0\x18" + bytes([components]) + parts) +
                segment(0xDA, bytes([components]) + scans + b"\0\x3f\0") + bytes(range(7, 90, 3)) + b"\xff\xd9")

    kinds = [(0, 1), (0, 4), (0, 16), (2, 8), (2, 16), (3, 2), (3, 4), (4, 8), (4, 16), (6, 8), (6, 16)]
    return {png(*kind, interlaced) for kind in kinds for interlaced in (0, 1)} | {jpeg(1), jpeg(3)}


def token_lines():
    """Files of tokens, good and faulty."""
    line = "alice:paid:" + "0a" * 32
    texts = [line, f"# who\r\n\n {line}\r\nbob::{'0b' * 32}\n", f"{line}\n{line}", f"{line}\nbob::{'0A' * 32}", "alice",
             "a:b:c", f"a@b.c-d_e:f:{'F' * 64}\t", f"::{'0' * 64}", f"a b::{'0' * 64}", f"{'x' * 65}::{'0' * 64}"]
    return {text.encode() for text in texts}


def job_ids():
    """Ids of jobs, and behind a line feed the endpoints that they were submitted to."""
    uuid = "764cabcf-b745-4b3e-ae38-1200304cf45b"
    ids = [uuid, uuid.upper(), "req-1", "1", "..", "a.AAAAAAAAAAAAAAA", "A" * 36, "x" * 128, "x" * 129, f"{uuid}.AAAAAAAAAAAAAAA"]
    endpoints = ["fal-ai/flux", "fal-ai/flux/dev", "workflows/o/n", "o", "", "a//b"]
    return {f"{name}\n{endpoint}".encode() for name in ids for endpoint in endpoints}


def web_tokens():
    """Headers and claims, tokens and sets of keys."""
    claims = '{"iss":"i","aud":"a","sub":"u","exp":1800000600'
    headers = ['{"alg":"HS256"}', '{"alg":"HS256","kid":"k","typ":"at+jwt"}', '{"alg":"none"}', '{"alg":"HS256","crit":["b64"]}',
               '{"alg":"HS256","typ":"dpop+jwt"}', '{"alg":"none","alg":"HS256"}']
    texts = [f"{header}\n{claims}{more}}}" for header in headers for more in (
        "", ',"g":{"h":"pro"}', ',"g":{"h":["x","pro"]}', ',"nbf":1800000031', ',"iat":1.5e9', ',"sub":"v"', ',"exp":1e400')]
    texts.append('{"alg":"HS256"}\n{"iss":"i","aud":["b","a"],"sub":12,"exp":1.8e9}')
    texts += ["eyJhbGciOiJub25lIn0.e30.", "e30.e30.AA", "...", "AA", "AB",
              '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}',
              '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
              '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}', '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}',
              "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"]
    return {text.encode() for text in texts}


def told_jobs():
    """What the queue says of a job; `I` stands for its id."""
    url = "https://queue.fal.run/fal-ai/flux/requests/I"
    uuid = "0192f0c1-aaaa-7bbb-8ccc-ddddeeeeffff"
    texts = [f'{{"request_id":"I","gateway_request_id":"{other}","status_url":"{url}/status?logs=1"}}'
             for other in ("I", uuid, "req-2", "", "a b", "x" * 129)]
    texts += ['data: {"request_id": "I"}\n\n' * 3, '"gateway_request_id" :\t"g"', '"gateway_request_id', "I" * 5, "764cabcf-I"]
    return {first + text.encode() for first in (b"\0", b"\1", b"\2") for text in texts}


def main(folder):
    requests = [entry.data for entry in corpus.load("requests")]
    responses = [entry.data for entry in corpus.load("responses")]
    bodies = [data.partition(b"\r\n\r\n")[2] for data in requests + responses if b"hunked" in data]
    for name, seeds in (("RequestHead", requests), ("ResponseHead", responses), ("Chunked", bodies),
                        ("TargetURL", targets()), ("SettingsFile", settings()), ("JSON", json_texts()), ("InputSchema", inputs()),
                        ("ProxyHeader", proxy_headers()), ("Picture", pictures()), ("TokenLines", token_lines()),
                        ("JobSeals", job_ids()), ("JobFilter", told_jobs()),
                        ("WebToken", web_tokens())):
        write(folder / name, {seed for seed in seeds if len(seed) <= LONGEST})


main(pathlib.Path(sys.argv[1]))
