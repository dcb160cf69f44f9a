"""Dockerfile and compose file, as far as linters and reading tell: no engine builds or runs them here."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.programs import ROOT, program

DOCKER = ROOT / "deploy" / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
COMPOSE = (DOCKER / "compose.yaml").read_text("utf-8")


def linted(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    found = program(name, f"pip install {name}")
    return subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_hadolint_has_nothing_to_say() -> None:
    done = linted("hadolint", DOCKER / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python\nRUN cd /tmp\n")
    assert linted("hadolint", wrong).returncode == 1


def test_the_compose_file_keeps_to_its_schema(tmp_path: Path) -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    done = linted("check-jsonschema", *schema, DOCKER / "compose.yaml")
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.replace("read_only: true", "read_only: [1]"), "utf-8")
    assert linted("check-jsonschema", *schema, wrong).returncode == 1


def test_images_are_named_with_their_version_and_ports_open_on_this_machine_alone() -> None:
    bases = re.findall(
        r"^ARG PYTHON=(\S+)|^ +image: postgres:(\S+)", DOCKERFILE + COMPOSE, re.MULTILINE
    )
    assert len(bases) == 2
    assert all(re.match(r"\d+\.\d+", "".join(found)) for found in bases)
    ports = re.findall(r"ports: (.+)", COMPOSE)
    assert ports == ['["127.0.0.1:3000:3000"]']


def test_the_image_gets_files_that_are_there_and_nothing_that_is_not_named() -> None:
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    lines = re.findall(r"^COPY (?:--chmod=\S+ )?(?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {name for line in lines for name in line.split()}
    assert sources == {line[1:] for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for name in sources)


def test_the_code_server_listens_where_the_workspace_looks_for_it() -> None:
    workspace = (DOCKER / "workspace.yaml").read_text("utf-8")
    found = re.search(r"host: (\w+)\n +port: (\d+)", workspace)
    assert found is not None
    assert f"\n  {found[1]}:\n" in COMPOSE
    assert f'grpc, --host, 0.0.0.0, --port, "{found[2]}"' in COMPOSE


@pytest.mark.parametrize("given", ["", "secret"])
def test_the_entrypoint_becomes_the_program_it_is_given(given: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a:b\\c\n")
    passfile = tmp_path / "pgpass"
    named = {
        "STORAGE_PASSWORD_FILE": str(secret) if given else "",
        "STORAGE_PASSFILE": str(passfile),
    }
    command = [str(DOCKER / "entrypoint"), "sh", "-c", "exit 7"]
    assert subprocess.run(command, env=os.environ | named, check=False).returncode == 7
    written = passfile.read_text() if passfile.exists() else ""
    assert written == ("*:*:dagster:dagster:a\\:b\\\\c\n" if given else "")
