"""The wheel holds every template and every plugin, and nothing else; an outsider's plugin installs and builds."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    leave = shutil.ignore_patterns(".git", ".venv", "runs", "dist", "build", "*_cache", "__pycache__", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=leave)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_is_whole(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {name for name in names if ".dist-info/" not in name}
    expected = {f"toolkit/templates/{path.relative_to(ROOT / 'templates')}" for path in sources(ROOT / "templates")}
    expected |= {path.relative_to(ROOT).as_posix() for path in sources(ROOT / "toolkit")}
    expected |= {path.relative_to(ROOT / "plugins").as_posix() for path in sources(ROOT / "plugins")}
    assert inside == expected
    assert any(name.endswith("licenses/LICENSE") for name in names)


def sources(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def test_every_plugin_has_its_entry_point():
    points = PROJECT["entry-points"]["toolkit.plugins"]
    assert sorted(points.values()) == sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir())


def test_extras_carry_the_documented_names():
    wanted = "embedded xlsx zh search ann hf static docs tabular audio vision rec chem hpo export quant"
    wanted += " dp pii explain track pretty server dev"
    assert set(wanted.split()) <= set(PROJECT["optional-dependencies"])


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, wheel):
    """An environment of its own with the wheel and the outsider's plugin; their dependencies come from this one."""
    place = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(place, with_pip=False)
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    purelib = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    )
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
        "--target",
        str(purelib),
    ]
    source = place.parent / "shingles"
    shutil.copytree(ROOT / "examples" / "shingles", source, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([*install, str(wheel), str(source)], check=True, capture_output=True)
    # Behind its own packages, those of this environment; the .pth of an editable install is not followed there.
    (purelib / "shared.pth").write_text("\n".join([sysconfig.get_path("purelib"), *site.getsitepackages()]))
    return python


def run(python: Path, *arguments: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [python, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_outsiders_plugin_builds_a_spec(fresh, tmp_path):
    shutil.copytree(ROOT / "examples" / "shingles", tmp_path / "examples" / "shingles")
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    listed = json.loads(run(fresh, "-m", "toolkit", "plugins", "list", "--json", folder=tmp_path))
    assert {"name": "shingles", "from": "toolkit-shingles 1.0.0", "error": ""} in listed["plugins"]
    where = run(fresh, "-c", "import toolkit; print(toolkit.__file__)", folder=tmp_path)
    assert str(ROOT) not in where, "the installed wheel is tested, not the checkout"
    out = run(fresh, "-m", "toolkit", "build", "examples/shingles/spec.yaml", "--out", "run", "--json", folder=tmp_path)
    metrics = json.loads(out)["metrics"]
    assert metrics["hit@1"]["value"] > 0.2
    assert (tmp_path / "run" / "report.html").is_file(), "the templates of the wheel were found"
    test = tmp_path / "examples" / "shingles" / "tests"
    run(fresh, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(test), str(test), folder=tmp_path)


def test_a_removed_entry_point_removes_the_feature(tmp_path):
    """Taking one line out takes one feature away, and nothing else breaks."""
    code = "from toolkit.registry import Registry; r = Registry.discover(block=['serve']);"
    code += "print(len(r.components('serving')), len(r.broken))"
    assert run(Path(sys.executable), "-c", code, folder=tmp_path).split() == ["0", "0"]
