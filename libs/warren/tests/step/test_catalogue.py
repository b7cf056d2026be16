from pathlib import Path

from warren.step.catalogue import read_catalogue, step_files

STEP = "from warren.step import Step\nclass NAME(Step):\n    async def process(self, p): return p\n"


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def test_classes_come_from_steps_and_from_beside_the_bots(tmp_path: Path) -> None:
    write(tmp_path, "steps/one.py", STEP.replace("NAME", "One"))
    write(tmp_path, "two.py", STEP.replace("NAME", "Two"))
    write(tmp_path, "steps/draft.py", STEP.replace("NAME", "Draft"))
    write(tmp_path, "steps/test_one.py", "raise SystemExit")
    write(tmp_path, "steps/_part.py", "raise SystemExit")

    found = await read_catalogue(tmp_path)

    assert set(found.sources) == {"One", "Two", "Draft"}
    assert set(found.classes) >= {"One", "Two", "Draft", "Gpt"}
    assert (found.classes["Draft"].builtin, found.classes["Gpt"].builtin) == (False, True)
    assert found.sources["One"].source == STEP.replace("NAME", "One")
    assert found.faults == ()


async def test_a_broken_file_is_a_fault_and_spoils_no_other(tmp_path: Path) -> None:
    write(tmp_path, "steps/good.py", STEP.replace("NAME", "Good"))
    write(tmp_path, "steps/bad.py", "x = 1\ny = = 2\n")
    write(tmp_path, "steps/again.py", STEP.replace("NAME", "Good"))
    (tmp_path / "steps/bytes.py").write_bytes(b"\xff\xfe")

    found = await read_catalogue(tmp_path)

    assert [(each.file, each.line, each.source_line) for each in found.faults] == [
        ("steps/bad.py", 2, "y = = 2"),
        ("steps/bytes.py", 1, ""),
        ("steps/good.py", 1, "from warren.step import Step"),
    ]
    assert found.faults[2].message == "step class Good is already in steps/again.py"
    assert found.sources["Good"].sha256 == found.files[0].sha256


async def test_only_changed_files_are_described_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    note = f"open({str(mark)!r}, 'a').write('x')\n"
    write(tmp_path, "steps/one.py", note + STEP.replace("NAME", "One"))
    before = await read_catalogue(tmp_path)

    same = await read_catalogue(tmp_path, before)
    write(tmp_path, "steps/one.py", note + STEP.replace("NAME", "Uno"))
    after = await read_catalogue(tmp_path, same)

    assert same == before
    assert mark.read_text() == "xx"
    assert set(after.sources) == {"Uno"}


def test_a_folder_without_steps_has_none(tmp_path: Path) -> None:
    assert step_files(tmp_path / "nowhere") == []
