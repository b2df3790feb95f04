"""What lies in deploy/ is right by its own tools' word: systemd-analyze, nginx; and by rules of our own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from feedmill.config import loads
from operated.daemon import Folder, Operator, eventually, free_port, seed_text

pytestmark = pytest.mark.process

Site = Callable[..., Folder]
Require = Callable[..., str]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Tools = Callable[..., None]


@pytest.fixture
def tools(root: Path, require: Require) -> Tools:
    """Runs a program of `.ci/tools` (.ci/interop.txt), which must find no fault."""

    def run(program: str, *arguments: str, stdin: str = "") -> None:
        found = require(str(root / ".ci" / "tools" / "bin" / program))
        done = subprocess.run(
            [found, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def unit(root: Path, tmp_path: Path) -> Path:
    """The unit with programs that exist here."""
    text = (root / "deploy" / "systemd" / "feedmill.service").read_text()
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
    (tmp_path / "feedmill.service").write_text(text)
    return tmp_path / "feedmill.service"


def test_systemd_finds_no_fault_in_the_unit(unit: Path, require: Require) -> None:
    done = subprocess.run(
        [require("systemd-analyze"), "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_is_hardened(unit: Path, require: Require) -> None:
    done = subprocess.run(
        [require("systemd-analyze"), "security", "--offline=true", "--threshold=20", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    assert "Overall exposure level for feedmill.service: 1." in done.stdout
    settings = unit.read_text()
    for line in ("Type=notify", "WatchdogSec=", "User=feedmill", "StateDirectory=", "ProtectSystem=strict"):
        assert line in settings


@pytest.fixture
def served(site: Site, require: Require, feedmill: Command, root: Path, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx with our site file over published feeds."""
    folder = site("feeds: {formats: [rss, atom, json], html: true}")
    folder.write("one.md")
    feedmill("build", cwd=folder.path)
    for above in (folder.path, *folder.path.parents[:2]):
        above.chmod(0o755)
    port = free_port()
    text = (root / "deploy" / "nginx" / "feedmill.conf").read_text()
    text = re.sub(r"^ *listen \[.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        "/srv/feedmill/feeds", str(folder.feeds)
    )
    text = text.replace("# /topics/old.atom 1;", "/topics/old.atom 1;")
    text = text.replace("# /topics/old.rss /topics/new.rss;", "/topics/old.rss /topics/new.rss;")
    with _nginx(require("nginx"), text, tmp_path):
        eventually(lambda: _listens(port), "nginx listens")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _nginx(program: str, servers: str, folder: Path) -> Iterator[None]:
    """Run nginx with these servers, after it has found no fault in them."""
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}{servers}}}\n"
    )
    command = [program, "-e", f"{folder}/error.log", "-p", f"{folder}", "-c", f"{folder}/nginx.conf"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "warn" not in tried.stderr, tried.stderr
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_nginx_serves_the_folder(served: str) -> None:
    def ask(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(served + path, timeout=5) as answer:
                return answer.status, answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            return error.code, ""

    assert ask("/all.rss") == (200, "application/rss+xml; charset=utf-8")
    assert ask("/all.atom") == (200, "application/atom+xml; charset=utf-8")
    assert ask("/all.json") == (200, "application/feed+json; charset=utf-8")
    assert ask("/feeds.opml") == (200, "text/x-opml; charset=utf-8")
    assert ask("/feeds.json") == (200, "application/json; charset=utf-8")
    assert ask("/") == (200, "text/html; charset=utf-8")
    assert ask("/topics/tests") == (200, "text/html; charset=utf-8")
    for hidden in ("/.feedmill/ledger.db", "/.feedmill/lock", "/.feedmill"):
        assert ask(hidden)[0] == 404
    with pytest.raises(urllib.error.HTTPError) as retired:
        urllib.request.urlopen(served + "/topics/old.atom", timeout=5)
    assert retired.value.code == 410
    assert b"generator" in retired.value.read(), "our page, not nginx's own"
    assert ask("/410.html")[0] == 404
    assert ask("/topics/old.rss")[0] == 404, "a redirect to what is not there"


def test_the_container_is_modest(root: Path) -> None:
    """What hadolint would ask for, and what our own promise asks for."""
    text = (root / "deploy" / "Dockerfile").read_text()
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    words = [line.split(maxsplit=1) for line in lines if line.strip()]
    final = words[max(n for n, word in enumerate(words) if word[0] == "FROM") :]
    told = {word[0]: word[1] for word in final}
    assert all(":" in word[1].split()[0] for word in words if word[0] == "FROM"), "tags are pinned"
    assert not any(word[0] in ("ADD", "MAINTAINER") for word in words)
    assert not any("sudo" in word[1] or "apt-get upgrade" in word[1] for word in words if word[0] == "RUN")
    user = told["USER"].split(":")[0]
    assert user.isdigit()
    assert int(user) > 0
    assert "/healthz" in told["HEALTHCHECK"]
    for name in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(told[name]), list), "the exec form: signals arrive"
    assert told["WORKDIR"].startswith("/")
    for word in words:
        if word[0] == "COPY" and "--from" not in word[1]:
            for source in word[1].split()[:-1]:
                assert (root / source).exists(), source


@pytest.mark.parametrize("name", ["compose.yaml", "compose.single.yaml"])
def test_compose_is_modest(root: Path, name: str) -> None:
    text = (root / "deploy" / name).read_text()
    assert not re.search(r"privileged: *true|docker\.sock|network_mode: *host", text)
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "127.0.0.1:8080:8080"):
        assert line in text


def test_kubernetes_finds_no_fault(root: Path, tools: Tools) -> None:
    for file in sorted((root / "deploy" / "kubernetes").glob("*.yaml")):
        if file.name not in ("kustomization.yaml", "config.yaml"):  # the one is kubectl's own, the other ours
            tools("kubernetes-validate", "--strict", "--version", "1.37", str(file))


def test_compose_finds_no_fault(root: Path, tools: Tools) -> None:
    for name in ("compose.yaml", "compose.single.yaml"):
        text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (root / "deploy" / name).read_text())
        tree = yaml.safe_load(re.sub(r"\$\{\w+:\?[^}]*\}", "said", text))
        program = "import compose_spec, sys; compose_spec.PyCompose.from_json(sys.stdin.read())"
        tools("python", "-c", program, stdin=json.dumps(tree))


def test_hadolint_finds_no_fault(root: Path, tools: Tools) -> None:
    tools("hadolint", str(root / "deploy" / "Dockerfile"))


def test_pods_are_modest_and_looked_after(root: Path) -> None:
    folder = root / "deploy" / "kubernetes"
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())
    files = {*listed["resources"], *listed["configMapGenerator"][0]["files"], "kustomization.yaml"}
    assert files == {file.name for file in folder.iterdir()}
    pod = yaml.safe_load((folder / "deployment.yaml").read_text())["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in (*pod["containers"], *pod["initContainers"]):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert ":" in container["image"], "tags are pinned"
    mill = next(each for each in pod["containers"] if each["name"] == "feedmill")
    assert mill["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert {mill[probe]["httpGet"]["path"] for probe in ("livenessProbe", "startupProbe")} == {"/healthz"}
    budget = yaml.safe_load((folder / "disruption.yaml").read_text())
    assert budget["spec"]["selector"]["matchLabels"].items() <= mill_labels(folder).items()
    loads((folder / "config.yaml").read_text(), base=root)


def mill_labels(folder: Path) -> dict[str, str]:
    labels: dict[str, str] = yaml.safe_load((folder / "deployment.yaml").read_text())["spec"]["template"][
        "metadata"
    ]["labels"]
    return labels


def test_what_is_set_by_the_environment_is_a_key(root: Path) -> None:
    """A variable that no key has stops the program, in a container at three in the morning."""
    texts = [file.read_text() for file in (root / "deploy").rglob("*") if file.is_file()]
    names = {name for text in texts for name in re.findall(r"FEEDMILL_[A-Z_]+", text)}
    assert {"FEEDMILL_STORE__URL", "FEEDMILL_ADMIN__HOST", "FEEDMILL_STATE__DIR"} <= names
    values = {"FEEDMILL_STORE__URL": "postgresql://database/feedmill"}
    for name in sorted(names):
        loads("", base=root, environ={name: values.get(name, "0.0.0.0")})


def test_workflows_build_one_after_the_other(root: Path) -> None:
    for file in sorted((root / "deploy" / "github").iterdir()):
        tree = yaml.safe_load(file.read_text())
        assert tree["concurrency"] == {"group": "feeds", "cancel-in-progress": False}
        steps = [step for job in tree["jobs"].values() for step in job["steps"]]
        assert any("feedmill build" in step.get("run", "") for step in steps)
        assert all(re.search(r"@v\d+$", step["uses"]) for step in steps if "uses" in step)


def test_a_takedown_in_a_held_pass_leaves_pages(root: Path, site: Site, feedmill: Command) -> None:
    """The guard fails the workflow at its end, after what was taken down is out of what is deployed."""
    tree = yaml.safe_load((root / "deploy" / "github" / "pages.yml").read_text())
    build, deploy = tree["jobs"]["build"]["steps"], tree["jobs"]["deploy"]["steps"]
    folder = site()
    for number in range(30):
        folder.write(f"n{number}.md")
    folder.write("taken.md")
    feedmill("build", cwd=folder.path)
    assert "The body of taken" in (folder.feeds / "all.atom").read_text()
    folder.write("taken.md", seed_text("taken", more="published: false\n"))
    for number in range(25):
        (folder.seeds / f"n{number}.md").unlink()
    output = folder.path / "output"
    steps = [step["run"] for step in build if "run" in step and "pip" not in step["run"]]
    for step in steps:
        done = subprocess.run(
            ["bash", "-e", "-c", step],
            cwd=folder.path,
            env={**os.environ, "GITHUB_OUTPUT": str(output), "PATH": _with_command(os.environ["PATH"])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert output.read_text() == "code=4\n"
    shown = (folder.path / "public" / "all.atom").read_text()
    assert "The body of n3" in shown
    assert "The body of taken" not in shown
    assert not (folder.path / "public" / ".feedmill").exists()
    assert deploy[-1]["if"] == "needs.build.outputs.code == '4'"
    assert "exit 4" in deploy[-1]["run"]


def _with_command(path: str) -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{path}"


def test_nothing_says_to_install_what_no_index_has(root: Path) -> None:
    """feedmill is installed from a checkout or a wheel (README.md)."""
    texts = [root / "README.md", *(root / "docs").glob("*.md"), *(root / "deploy").rglob("*.*")]
    texts += (root / "src").rglob("*.py")
    wrong = [str(file) for file in texts if re.search(r"pip install '?feedmill\b", file.read_text("utf-8"))]
    assert wrong == []


def test_workflows_keep_history_whatever_the_build_said(root: Path) -> None:
    for file in sorted((root / "deploy" / "github").iterdir()):
        steps = yaml.safe_load(file.read_text())["jobs"]["build"]["steps"]
        [saves] = [step for step in steps if step.get("uses", "").startswith("actions/cache/save@")]
        assert saves["if"] == "always() && steps.mill.outcome != 'skipped'"
        [mill] = [step for step in steps if step.get("id") == "mill"]
        assert steps.index(mill) < steps.index(saves)


def test_nginx_asks_the_other_node(
    root: Path, site: Site, operator: Operator, require: Require, tmp_path: Path
) -> None:
    """One of the two nodes is not there: nobody notices."""
    nginx, port, gone, front = require("nginx"), free_port(), free_port(), free_port()
    folder = site(f"server: {{port: {port}}}")
    folder.write("one.md")
    operator.run(folder)
    text = (root / "deploy" / "nginx" / "nodes.conf").read_text()
    text = text.replace("one:8080", f"127.0.0.1:{gone}").replace("two:8080", f"127.0.0.1:{port}")
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{front};")
    with _nginx(nginx, text, tmp_path):
        eventually(lambda: _listens(front), "nginx listens")
        for _ in range(6):
            with urllib.request.urlopen(f"http://127.0.0.1:{front}/all.atom", timeout=5) as answer:
                assert answer.status == 200
                assert answer.headers["ETag"]
