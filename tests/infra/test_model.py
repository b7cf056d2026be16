"""The language model's file: which one, and that only its hash decides."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.native.model import (
    GIGABYTE,
    MODELS,
    Model,
    NoModel,
    cache_folder,
    choose,
    fetch,
    processor_fits,
)
from infra.native.progress import bar

BYTES = b"the right bytes"
RIGHT = Model("m.gguf", hashlib.sha256(BYTES).hexdigest(), 1, "", ())


def source(content: bytes, calls: list[str] | None = None) -> Callable[[Model, Path], None]:
    def write(model: Model, partial: Path) -> None:
        if calls is not None:
            calls.append(model.name)
        partial.write_bytes(content)

    return write


def absent(model: Model, partial: Path) -> None:
    raise OSError("no network")


def quiet(line: str) -> None:
    pass


@pytest.mark.parametrize(
    ("size", "cores", "free", "name"),
    [
        ("", 2, 16 * GIGABYTE, "0.5b"),
        ("", 8, 3 * GIGABYTE, "0.5b"),
        ("", 4, 4 * GIGABYTE, "1.5b"),
        ("135m", 8, 16 * GIGABYTE, "135m"),
    ],
)
def test_the_machine_decides_unless_a_size_is_asked(
    size: str, cores: int, free: int, name: str
) -> None:
    assert choose(size, cores, free) is MODELS[name]


def test_an_unknown_size_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        NoModel, match=r"LOCAL_LLM_SIZE=7b is unknown; use one of 1\.5b, 0\.5b, 135m"
    ):
        choose("7b", 8, 16 * GIGABYTE)


def test_a_file_with_a_wrong_hash_is_refused_and_deleted(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="OPENAI_API_KEY or OPENAI_BASE_URL"):
        fetch(RIGHT, tmp_path, quiet, {"file": source(b"wrong")})

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_first_source_with_the_right_hash_wins(tmp_path: Path) -> None:
    sources = {"away": absent, "wrong": source(b"wrong"), "right": source(BYTES)}

    path = fetch(RIGHT, tmp_path, quiet, sources)

    assert path.read_bytes() == BYTES


def test_a_cached_model_is_not_fetched_again(tmp_path: Path) -> None:
    calls: list[str] = []
    first = fetch(RIGHT, tmp_path, quiet, {"file": source(BYTES, calls)})

    assert fetch(RIGHT, tmp_path, quiet, {"file": source(BYTES, calls)}) == first
    assert calls == ["m.gguf"]


@pytest.mark.parametrize(
    ("cpuinfo", "machine", "fits"),
    [
        ("flags\t: sse avx2 fma", "x86_64", True),
        ("flags\t: sse avx", "x86_64", False),
        ("", "x86_64", False),
        ("", "aarch64", True),
        ("", "riscv64", False),
    ],
)
def test_a_processor_that_cannot_run_it_is_found_before_the_start(
    cpuinfo: str, machine: str, fits: bool
) -> None:
    assert processor_fits(cpuinfo, machine) is fits


def test_models_are_kept_outside_the_clone_unless_said_otherwise(tmp_path: Path) -> None:
    assert cache_folder("", {"XDG_CACHE_HOME": "/c"}) == Path("/c/warren/models")
    assert cache_folder(str(tmp_path), {}) == tmp_path.resolve()


def test_carriers_are_pinned_and_never_among_the_dependencies() -> None:
    carriers = [name for model in MODELS.values() for name in model.carriers]
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text()

    assert all("==" in name for name in carriers)
    assert not any(name.partition("==")[0] in lock for name in carriers)


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (0, 2_000_000, f"  [{'.' * 30}]   0%  0 of 2 MB"),
        (1_000_000, 2_000_000, f"  [{'#' * 15}{'.' * 15}]  50%  1 of 2 MB"),
        (3_000_000, 2_000_000, f"  [{'#' * 30}] 100%  3 of 2 MB"),
    ],
)
def test_the_bar_shows_the_share(done: int, total: int, text: str) -> None:
    assert bar(done, total) == text
