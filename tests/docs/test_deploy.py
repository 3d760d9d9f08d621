"""docs/deploy.md and docs/deploy.zh.md quote examples/deploy as it is, and what both say fits the server and itself."""

from __future__ import annotations

import configparser
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from itertools import pairwise
from pathlib import Path

import click
import pytest
import uvicorn
import yaml

from toolkit import cli, errors, fs, run, spec
from toolkit.plan import Plan
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit_feedback import Sqlite
from toolkit_serve import Http, access, problems, server
from toolkit_serve.telemetry import Telemetry

ROOT = Path(__file__).parents[2]
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples/deploy").iterdir())}
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("deploy.md", "deploy.zh.md")}
both = pytest.mark.parametrize("page", PAGES)

NGINX = FILES["nginx.conf"]
CADDY = FILES["Caddyfile"]
CONTAINER = FILES["Containerfile"]


def blocks(page: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes="#", delimiters="=")
    parser.optionxform = str
    parser.read_string(FILES["helpdesk.service"])
    return parser


def command(text: str) -> list[str]:
    """Return the words of a command that goes over several lines."""
    return shlex.split(text.replace("\\\n", " "))


def started() -> list[str]:
    """Return what the unit starts, with the variables of the page's environment file."""
    lines = next(text for _, text in blocks("deploy.md") if text.startswith("RUN=")).splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    text = unit()["Service"]["ExecStart"]
    return command(re.sub(r"\$\{(\w+)\}", lambda found: variables[found[1]], text))


def entrypoint() -> list[str]:
    return json.loads(re.search(r"^ENTRYPOINT (\[.*?\])$", CONTAINER.replace("\\\n", ""), re.MULTILINE)[1])


def served(words: list[str]) -> Plan:
    """Return the plan of a run whose spec says `serving: http`, under the options of a command."""
    sets = [value for name, value in pairwise(words) if name == "--set"]
    return resolve(spec.read(ROOT / "specs/helpdesk.yaml", ["serving=http", *sets]), Registry.discover())


def seconds(text: str, name: str) -> float:
    return float(re.search(rf"\b{name} (\d+)s", text)[1])


@both
def test_the_page_quotes_every_file_as_it_is(page):
    quoted = [text for _, text in blocks(page)]
    for name, text in FILES.items():
        assert quoted.count(text) == 1, name


def test_both_pages_say_the_same():
    def shape(page: str) -> list[str]:
        rest = re.sub(r"^```.*?^```$", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
        return [re.sub(r"[^|#]", "", line)[:12] for line in rest.splitlines() if re.match(r"#|\||- \[", line)]

    def commands(page: str) -> list[str]:
        return [re.sub('"[^"$]*[?？]"', "", text) for language, text in blocks(page) if language]

    assert shape("deploy.md") == shape("deploy.zh.md")
    assert commands("deploy.md") == commands("deploy.zh.md")
    english, chinese = (set(re.findall(r"`([^`\n]+)`", PAGES[page])) for page in PAGES)
    assert len(english ^ chinese) <= 2, english ^ chinese


@both
def test_anchors_lead_somewhere(page):
    for name, anchor in re.findall(r"\]\(([\w.]*)#([^)]+)\)", PAGES[page]):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8") if name else PAGES[page]
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}, anchor


@pytest.mark.parametrize("words", [started(), [*entrypoint(), "--set", "serving.hosts=[qa.example.com]"]])
def test_the_options_are_those_of_the_server(words):
    assert "serve" in words
    config = served(words).serving.config
    assert isinstance(config, Http)
    assert (config.port, config.hosts, config.token_env) == (8000, ["qa.example.com"], "TOOLKIT_TOKEN")
    assert config.feedback.use == "sqlite"


@both
def test_options_and_numbers_in_the_text_are_true(page):
    text = PAGES[page]
    for option in re.findall(r"serving\.(?!md\b|zh\b)(\w+)", text):
        assert option in Http.model_fields, option
    default = Http()
    for option in ("max_body", "max_text", "max_batch", "max_queue", "timeout", "body_timeout", "hosts", "contact"):
        assert option in text and option in Http.model_fields
    assert {"keep_days", "questions"} <= set(Sqlite.model_fields)
    assert f"{default.max_body:,}" in text and default.max_batch == 32 and default.timeout == 30
    for status, type in re.findall(r"^\| (\d{3}) `(\w+)`", text, re.MULTILINE):
        assert problems.PROBLEMS[type][0] == int(status)
    for port in re.findall(r"127\.0\.0\.1:(\d+)", text + "".join(FILES.values())):
        assert port in {"8000", "8001"}


def test_the_drain_ends_before_systemd_loses_patience():
    default = Http()
    drain = default.timeout + default.body_timeout + 1
    assert "(61)" in PAGES["deploy.md"] and drain == 61
    longest = drain + 2 * server.CLOSING
    assert int(unit()["Service"]["TimeoutStopSec"]) > longest
    assert all(int(re.search(r"--stop-timeout (\d+)", text)[1]) > longest for text in PAGES.values())


def test_the_limits_of_the_proxies_lie_above_those_of_the_server():
    default = Http()
    assert int(re.search(r"client_max_body_size (\d+)k;", NGINX)[1]) * 1024 > default.max_body
    assert seconds(NGINX, "proxy_read_timeout") > default.timeout
    assert seconds(NGINX, "client_header_timeout") == default.header_timeout
    assert seconds(NGINX, "client_body_timeout") == default.body_timeout
    large = re.compile(re.search(r"Content-Length (\S+)", CADDY)[1])
    assert not large.search(str(default.max_body + 1)) and large.search(str(4 * default.max_body))
    assert seconds(CADDY, "response_header_timeout") > default.timeout
    assert seconds(CADDY, "keepalive") < inspect.signature(uvicorn.Config).parameters["timeout_keep_alive"].default


def test_proxies_refuse_in_the_words_of_the_server():
    said = re.findall(r"return (\d+) '(.*)\\n';", NGINX)
    said += [(status, body) for body, status in re.findall(r"respond @\w+ `(.*)` (\d+)", CADDY)]
    assert len(said) == 4
    for status, body in said:
        error = json.loads(body)["error"]
        assert set(error) == {"type", "message", "param"}
        assert problems.PROBLEMS[error["type"]][0] == int(status)
    assert "location = /metrics" in NGINX and "path /metrics" in CADDY


def test_the_unit_parses_and_fits_the_page():
    service = unit()["Service"]
    assert service["User"] == "helpdesk" and service["Restart"] == "on-failure"
    for option in ("NoNewPrivileges", "PrivateTmp", "ProtectHome"):
        assert service[option] == "yes"
    assert service["ProtectSystem"] == "strict"
    fatal = (errors.SpecError, errors.DataError, errors.RunError, errors.PluginError)
    assert {int(code) for code in service["RestartPreventExitStatus"].split()} == {error.exit_code for error in fatal}
    folder = f"/var/lib/{service['StateDirectory']}"
    assert served(started()).serving.config.feedback.options["file"].startswith(f"{folder}/")
    assert service["EnvironmentFile"].replace("%N", "helpdesk") == "/etc/helpdesk/helpdesk.env"
    for path in (folder, started()[0], "/etc/helpdesk/helpdesk.env", "/etc/helpdesk/helpdesk-b.env"):
        assert all(path in text for text in PAGES.values()), path


def test_systemd_takes_the_unit(tmp_path):
    found = shutil.which("systemd-analyze") or pytest.skip("systemd-analyze is not installed")
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", FILES["helpdesk.service"], flags=re.MULTILINE)
    (tmp_path / "helpdesk.service").write_text(text)
    done = subprocess.run([found, "verify", tmp_path / "helpdesk.service"], capture_output=True, text=True)
    about_it = [line for line in done.stderr.splitlines() if "helpdesk" in line]  # not the machine's own units
    assert not about_it


def test_nginx_takes_the_configuration(tmp_path):
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or pytest.skip("nginx is not installed")
    openssl = shutil.which("openssl") or pytest.skip("openssl is not installed, which makes the certificate")
    made = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=qa.example.com",
    ]
    subprocess.run(
        [*made, "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        check=True,
        capture_output=True,
    )
    for name, text in nginx_sites().items():
        text = text.replace("/etc/ssl/helpdesk", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
        text = text.replace("/etc/nginx", str(tmp_path))
        text = text.replace("listen 443", "listen 127.0.0.1:48443").replace("listen 80", "listen 127.0.0.1:48080")
        (tmp_path / "site").write_text(text)
        (tmp_path / "helpdesk-token.conf").write_text('proxy_set_header Authorization "Bearer token";\n')
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {tmp_path / kind};\n" for kind in kinds)
        whole = f"pid {tmp_path / 'pid'};\nevents {{}}\nhttp {{\n{folders}include {tmp_path / 'site'};\n}}\n"
        (tmp_path / "nginx.conf").write_text(whole)
        done = subprocess.run(
            [nginx, "-t", "-p", tmp_path, "-e", "stderr", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True
        )
        assert done.returncode == 0 and "[warn]" not in done.stderr, (name, done.stderr)


def nginx_sites() -> dict[str, str]:
    """Return the configuration, and what becomes of it with each of the page's other pieces."""
    pieces = [text for language, text in blocks("deploy.md") if language == "nginx" and text != NGINX]
    login = next(text for text in pieces if "auth_basic" in text)
    below = next(text for text in pieces if "/help/" in text)
    several = next(text for text in pieces if text.startswith("upstream"))
    assert len(pieces) == 3
    inside, path = "        proxy_pass http://helpdesk;\n", "    location = /metrics {"
    upstream = re.search(r"^upstream .*?^}\n", NGINX, re.MULTILINE | re.DOTALL)[0]
    return {
        "whole": NGINX,
        "login": NGINX.replace(inside, inside + login),
        "below a path": NGINX.replace(path, below + path),
        "several processes": NGINX.replace(upstream, several),
    }


def test_caddy_takes_the_configuration(tmp_path):
    caddy = shutil.which("caddy") or pytest.skip("caddy is not installed")
    (tmp_path / "Caddyfile").write_text(CADDY)
    adapt = [caddy, "adapt", "--config", tmp_path / "Caddyfile", "--adapter", "caddyfile"]
    done = subprocess.run(adapt, capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)})
    assert done.returncode == 0 and '"level":"warn"' not in done.stderr, done.stderr
    assert "127.0.0.1:8000" in done.stdout


def test_prometheus_reads_metrics_that_there_are(tmp_path):
    (job,) = yaml.safe_load(FILES["prometheus.yml"])["scrape_configs"]
    assert yaml.safe_load(FILES["prometheus.yml"])["rule_files"] == ["alerts.yml"]
    telemetry = Telemetry("helpdesk", "0.1.0", lambda: 0)
    there = {sample.name for family in telemetry.registry.collect() for sample in family.samples}
    telemetry.unheard(400)
    there |= {sample.name for family in telemetry.registry.collect() for sample in family.samples}
    families = {family.name for family in telemetry.registry.collect()}
    (group,) = yaml.safe_load(FILES["alerts.yml"])["groups"]
    assert len(group["rules"]) == 3
    for rule in group["rules"]:
        assert set(re.findall(r'job="(\w+)"', rule["expr"])) == {job["job_name"]}
        assert set(re.findall(r"\btoolkit_\w+", rule["expr"])) <= there
    for name in set(re.findall(r"\btoolkit_(?!serve)\w+", PAGES["deploy.md"])):
        assert name in there or name.removesuffix("_bucket") in families, name


def test_promtool_takes_the_alerts(tmp_path):
    promtool = shutil.which("promtool") or pytest.skip("promtool is not installed")
    (tmp_path / "alerts.yml").write_text(FILES["alerts.yml"])
    (tmp_path / "token").write_text("token")
    text = FILES["prometheus.yml"].replace("/etc/prometheus/helpdesk.token", str(tmp_path / "token"))
    (tmp_path / "prometheus.yml").write_text(text)
    done = subprocess.run([promtool, "check", "config", tmp_path / "prometheus.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_container_is_made_of_what_there_is():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE):
        assert all((ROOT / source).exists() for source in sources.split()), sources
    assert set(re.findall(r"'\.\[(\w+)\]'", CONTAINER + PAGES["deploy.md"])) <= set(project["optional-dependencies"])
    for version in re.findall(r"FROM python:3\.(\d+)-slim", CONTAINER):
        assert int(version) >= int(project["requires-python"].removeprefix(">=3."))
    assert entrypoint()[0] in project["scripts"]
    assert int(re.search(r"^USER (\d+)$", CONTAINER, re.MULTILINE)[1]) > 0
    assert int(re.search(r"^EXPOSE (\d+)$", CONTAINER, re.MULTILINE)[1]) == Http().port
    check = json.loads(re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", CONTAINER.replace("\\\n", ""), re.MULTILINE)[1])
    compile(check[2], "Containerfile", "exec")
    assert re.search(r":8000(/\w+)'", check[2])[1] in access.OPEN


@both
def test_the_commands_are_those_of_the_toolkit(page):
    shell = "\n".join(text for language, text in blocks(page) if language == "sh").replace("\\\n", " ")
    lines = [command(line) for line in re.findall(r"\S*/toolkit .*", shell)] + [started(), entrypoint()]
    assert len(lines) >= 5
    for words in lines:
        if words[1:] == ["--version"]:
            continue
        found = cli.group.get_command(click.Context(cli.group), words[1])
        known = {name for option in found.params for name in option.opts}
        assert {word for word in words[2:] if word.startswith("--")} <= known, words


def test_what_may_stay_behind_is_not_listed(tmp_path):
    assert f"--exclude=/{run.CHECKPOINTS}" in PAGES["deploy.md"]
    (tmp_path / run.CHECKPOINTS).mkdir()
    (tmp_path / run.CHECKPOINTS / "1.json").write_text("{}")
    (tmp_path / "run.json").write_text("{}")
    fs.seal(tmp_path, leave=(run.CHECKPOINTS, run.LOCK))
    shutil.rmtree(tmp_path / run.CHECKPOINTS)
    assert set(fs.check(tmp_path)["files"]) == {"run.json"}
    (tmp_path / "run.json").write_text("[]")
    with pytest.raises(errors.RunError):
        fs.check(tmp_path)
