"""The container without a container engine: what the Dockerfile says, the health check, and the root of the minimal image,
which is made by the script that makes it there and then really started in."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess

import pytest

from conftest import overrides
from harness import request
from harness.process import BINARY, ROOT
from harness.waiting import wait_until

DOCKERFILE = ROOT / "Dockerfile"
CONFIG = ROOT / "config"


def stages():
    """The stages of the Dockerfile in their order, by name; each is a list of (instruction, arguments)."""
    found, name = {}, None
    text = re.sub(r"\\\n(?:#.*\n)*", " ", DOCKERFILE.read_text("utf-8"))
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        instruction, arguments = line.split(None, 1)
        if instruction == "FROM":
            name = arguments.split(" AS ")[1] if " AS " in arguments else ""
            found[name] = []
        found[name].append((instruction, arguments))
    return found


def of(stage, instruction):
    return [arguments for kind, arguments in stages()[stage] if kind == instruction]


def variables(stage):
    return dict(pair.split("=", 1) for line in of(stage, "ENV") for pair in line.split())


FINAL = ["minimal", ""]


# --- The Dockerfile --------------------------------------------------------------------------------------------------


def test_the_last_target_is_the_one_with_curl_and_the_minimal_one_begins_with_nothing():
    assert list(stages()) == ["build", "runtime", "root", "minimal", ""]
    assert of("minimal", "FROM") == ["scratch AS minimal"] and of("minimal", "RUN") == []
    assert any("curl" in line for line in of("", "RUN"))


@pytest.mark.parametrize("stage", FINAL)
def test_no_variable_of_the_image_beats_a_setting_of_a_mounted_file(stage):
    settings = {line.split(":")[0] for line in printed_settings()}
    names = {"FAL_PROXY_" + name.upper().replace(".", "_") for name in settings} | {"PORT"}
    assert len(names) > 30 and names.isdisjoint(variables(stage))
    assert {"FAL_PROXY_CONFIG", "FAL_PROXY_DEFAULTS"} <= set(variables(stage))


def printed_settings():
    return subprocess.run([str(BINARY), "settings"], capture_output=True, text=True, check=True, env={}).stdout.splitlines()


@pytest.mark.parametrize("stage", FINAL)
def test_each_image_runs_alike(stage):
    assert of(stage, "USER") == ["10001"] and of(stage, "STOPSIGNAL") == ["SIGTERM"] and of(stage, "EXPOSE") == ["8080"]
    assert of(stage, "ENTRYPOINT") == ['["fal-proxy"]'] and of(stage, "CMD") == ['["serve"]']
    check, = of(stage, "HEALTHCHECK")
    assert check.endswith('CMD ["fal-proxy", "healthcheck"]')
    # It has two seconds for each step.
    assert int(re.search(r"--timeout=(\d+)s", check).group(1)) > 4


@pytest.mark.parametrize("stage", FINAL)
def test_the_labels_say_what_it_is_in_the_words_of_the_program(stage):
    label, = of(stage, "LABEL")
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', label))
    assert labels["title"] == "fal-proxy" and labels["description"] and labels["version"] == "${VERSION}"
    version = subprocess.run([str(BINARY), "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    assert of(stage, "ARG") == [f"VERSION={version}"]


def test_the_context_has_every_file_that_is_copied():
    context = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for name in stages() for line in of(name, "COPY") if "--from" not in line
              for source in line.split()[:-1]}
    assert copied == context and all((ROOT / name).exists() for name in copied)


@pytest.mark.skipif(shutil.which("swift") is None, reason="no Swift on this machine")
def test_what_is_copied_before_the_build_is_a_package(tmp_path):
    """The compiler is asked to read it, with nothing beside it; every source that C code embeds is there."""
    for line in of("build", "COPY"):
        *sources, _ = line.split()
        for source in sources:
            (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, tmp_path / source)
    run = subprocess.run(["swift", "package", "dump-package"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    targets = {target["name"]: target for target in json.loads(run.stdout)["targets"]}
    assert "fal-proxy" in targets and not [target for target in targets.values() if target["type"] == "test"]
    for name, target in targets.items():
        assert (tmp_path / (target.get("path") or f"Sources/{name}")).is_dir(), name
    for path in (tmp_path / "Sources").rglob("*.c"):
        for embedded in re.findall(r'^#embed "(.*)"', path.read_text("utf-8"), re.M):
            assert (path.parent / embedded).exists(), embedded


# --- Which setting wins ----------------------------------------------------------------------------------------------


@pytest.fixture
def image(tmp_path, proxy):
    """What `check` prints with the variables of the image, its files, and a mounted one."""

    def check(mounted=None, **environment):
        files = {"/etc/fal-proxy/fal-proxy.yaml": CONFIG / "fal-proxy.yaml",
                 "/usr/share/fal-proxy/defaults.yaml": CONFIG / "container.yaml"}
        if mounted is not None:
            file = tmp_path / "mounted.yaml"
            file.write_text(mounted)
            files["/etc/fal-proxy/fal-proxy.yaml"] = file
        environment |= {name: str(files.get(value, value)) for name, value in variables("").items()}
        relay = proxy(None, "check", wait=False, binary_environment={"PORT": "", **environment})
        assert relay.wait() == 0, relay.stderr
        lines = [line.partition("  # ")[0] for line in relay.stdout.splitlines() if not line.startswith(" ")]
        return dict(line.split(": ", 1) for line in lines if ": " in line)

    return check


def test_the_image_listens_on_every_address(image):
    settings = image()
    assert (settings["host"], settings["port"]) == ("0.0.0.0", "8080")


def test_a_mounted_file_wins_and_need_not_name_the_host(image):
    settings = image("port: 9000\n")
    assert (settings["host"], settings["port"]) == ("0.0.0.0", "9000")
    settings = image("host: '::'\nport: 9000\n")
    assert (settings["host"], settings["port"]) == ('"::"', "9000")


def test_a_mounted_copy_of_our_file_listens_on_every_address(image):
    assert image((CONFIG / "fal-proxy.yaml").read_text("utf-8"))["host"] == "0.0.0.0"


def test_the_environment_of_a_run_wins_over_the_file(image):
    assert image("port: 9000\n", PORT="9001")["port"] == "9001"
    assert image("host: '::'\n", FAL_PROXY_HOST="127.0.0.2")["host"] == "127.0.0.2"


# --- The health check ------------------------------------------------------------------------------------------------


def healthcheck(**settings):
    environment = {f"FAL_PROXY_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.run([str(BINARY), "healthcheck"], capture_output=True, text=True, timeout=20, env=environment)


def assert_unhealthy(ran, words):
    assert ran.returncode == 1 and ran.stdout == ""
    line, = ran.stderr.splitlines()
    assert line.startswith("fal-proxy: unhealthy: ") and words in line


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::", "::1", "127.0.0.2"])
def test_it_finds_the_proxy_wherever_it_listens(proxy, host):
    relay = proxy(None, "serve", host=host)
    ran = healthcheck(host=host, port=relay.address[1])
    assert ran.returncode == 0 and ran.stderr == "" and "answers 200" in ran.stdout


def test_it_reads_the_same_file_and_needs_no_key(proxy, tmp_path):
    relay = proxy(None, "serve")
    file = tmp_path / "mounted.yaml"
    file.write_text(f"port: {relay.address[1]}\n")
    for arguments, environment in [(["--config", str(file)], {}), ([], {"FAL_PROXY_CONFIG": str(file)})]:
        ran = subprocess.run([str(BINARY), "healthcheck", *arguments], capture_output=True, text=True, timeout=20,
                             env=environment)
        assert ran.returncode == 0, ran.stderr


def test_a_proxy_that_drains_is_healthy(proxy):
    """Whether it gets further requests is for /readyz to say; a restart would cut those that run."""
    relay = proxy(None, "serve", drain_delay="30s")
    relay.send_signal()
    wait_until(lambda: "draining" in relay.stderr, 10, "the way down")
    assert healthcheck(port=relay.address[1]).returncode == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_nobody_there_is_said(host):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as free:
        free.bind((host, 0))
        assert_unhealthy(healthcheck(host=host, port=free.getsockname()[1]), "Connection refused")


@pytest.mark.parametrize("answer,words", [
    (b"HTTP/1.1 404 Not Found\r\n\r\n", "does not answer 200"), (b"SSH-2.0-x\r\n\r\n", "speaks no HTTP"),
    (b"", "speaks no HTTP"), (None, "timed out")])
def test_somebody_else_there_is_said(answer, words):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        check = subprocess.Popen([str(BINARY), "healthcheck"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env={"FAL_PROXY_PORT": str(port)})
        connection, _ = server.accept()
        assert connection.recv(1000).startswith(b"GET /healthz HTTP/1.1\r\n")
        if answer is not None:
            connection.sendall(answer)
            connection.close()
        out, err = check.communicate(timeout=20)
        connection.close()
    assert_unhealthy(subprocess.CompletedProcess([], check.returncode, out, err), words)


def test_a_port_that_nobody_can_know_is_said():
    assert_unhealthy(healthcheck(port=0), "set port (FAL_PROXY_PORT)")


def test_a_faulty_configuration_is_unhealthy_and_says_why():
    ran = healthcheck(port="x")
    assert ran.returncode == 1 and "FAL_PROXY_PORT: port: expected" in ran.stderr


# --- The minimal image -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """What the minimal image holds, made by the script that makes it there; the directories alone are the test's."""
    if os.geteuid() != 0:
        pytest.skip("only root may change the root directory")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        pytest.skip("needs a mount namespace of its own")
    if shutil.which("ldd") is None or not os.path.exists("/etc/ssl/certs/ca-certificates.crt"):
        pytest.skip("needs what the image is built from: ldd and ca-certificates")
    root = tmp_path_factory.mktemp("root")
    stripped = tmp_path_factory.mktemp("binary") / "fal-proxy"
    subprocess.run(["strip", "-o", stripped, BINARY], check=True)
    subprocess.run([CONFIG / "minimal-root", stripped, root], check=True)
    (root / "proc").mkdir()
    for name, path in [("fal-proxy.yaml", "etc/fal-proxy/fal-proxy.yaml"),
                       ("container.yaml", "usr/share/fal-proxy/defaults.yaml")]:
        (root / path).parent.mkdir(parents=True)
        shutil.copy(CONFIG / name, root / path)
    for directory in [root, *(path for path in root.rglob("*") if path.is_dir())]:
        directory.chmod(0o755)
    return root


def inside(root):
    """A launcher that puts the binary of `root` in the place of the one it is given, as the user of the image and with the
    /proc of an engine, without which a Swift program does not see its arguments."""
    enter = shlex.join([shutil.which("chroot"), "--userspec=10001:10001", str(root), "fal-proxy"])
    # Where certificates are is for the image to say, and not for the machine of the test.
    script = f'shift; unset SSL_CERT_FILE SSL_CERT_DIR; /bin/mount --bind /proc {shlex.quote(str(root))}/proc && exec {enter} "$@"'
    return [shutil.which("unshare"), "--mount", "/bin/sh", "-c", script, "sh"]


def test_it_holds_the_binary_its_libraries_and_certificates_and_nothing_else(root):
    files = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}
    libraries = {name for name in files if ".so" in name}
    assert files - libraries == {
        "etc/fal-proxy/fal-proxy.yaml", "etc/nsswitch.conf", "etc/ssl/certs/ca-certificates.crt", "usr/lib/ssl/cert.pem",
        "usr/local/bin/fal-proxy", "usr/share/fal-proxy/defaults.yaml"}
    assert any("libssl" in name for name in libraries)
    if any("libswiftCore" in name for name in libraries):
        pytest.skip("this build has Swift's libraries beside it, that of the image has them inside")
    assert len(libraries) < 12
    besides = sum((root / name).lstat().st_size for name in files - {"usr/local/bin/fal-proxy"})
    assert besides < 16 << 20, "what is beside the binary has grown past 16 MiB"


def test_it_serves_and_its_health_check_sees_it(root, proxy):
    relay = proxy(None, "serve", "--sandbox", key=None, launcher=inside(root), binary_environment=variables("minimal"))
    assert relay.address[0] == "0.0.0.0"
    assert relay.fetch(request(None, path="/healthz")).status == 200

    def check():
        environment = {**variables("minimal"), "PORT": str(relay.address[1])}
        return subprocess.run([*inside(root), str(BINARY), "healthcheck"], capture_output=True, text=True, timeout=20,
                              env=environment)

    ran = check()
    assert ran.returncode == 0 and f"http://0.0.0.0:{relay.address[1]}/healthz answers 200" in ran.stdout
    assert relay.stop() == 0
    assert check().returncode == 1


def test_it_reaches_fal_by_name_and_by_the_certificates_it_holds(root, proxy, upstream, authority):
    fal = upstream(tls=authority.context("DNS:localhost"))
    # As a container engine writes it.
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    public = bundle.read_text()

    def status():
        relay = proxy(None, "serve", launcher=inside(root), origin_overrides=overrides(f"https://localhost:{fal.port}"),
                      binary_environment=variables("minimal"))
        answer = relay.fetch(request("https://queue.fal.run/fal-ai/flux-differential-diffusion/requests/a/status"))
        return answer.error_type if answer.status != 200 else "answered"

    try:
        assert status() == "proxy_upstream_tls"
        bundle.write_text(public + authority.certificate.read_text())
        assert status() == "answered"
    finally:
        bundle.write_text(public)
        (root / "etc/hosts").unlink()
