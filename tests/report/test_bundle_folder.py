"""The output folder is replaced whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from metaan.errors import OutputError
from metaan.report import folder
from metaan.report.folder import odd_entries, read_files, recover, refuse_foreign, replace_folder


def report_of(**files: str) -> dict[str, bytes]:
    content = {name.replace("__", "/"): text.encode() for name, text in files.items()}
    listed = {"producer": "metaan", "outputs": [{"path": name} for name in content]}
    return {**content, "manifest.json": json.dumps(listed).encode(), "SHA256SUMS": b"sums"}


OLD = report_of(page="old", figures__a="old", figures__gone="old")
NEW = report_of(page="new", figures__a="new", tables__b="new")


def beside(out: Path) -> list[str]:
    return sorted(p.name for p in out.parent.iterdir() if p != out)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "place" / "reports"


def test_a_missing_folder_is_made(out: Path) -> None:
    replace_folder(out, NEW)
    assert read_files(out) == NEW
    assert beside(out) == []


def test_an_earlier_report_is_replaced_whole(out: Path) -> None:
    replace_folder(out, OLD)
    replace_folder(out, NEW)
    assert read_files(out) == NEW
    assert not (out / "figures" / "gone").exists()
    assert beside(out) == []


def test_a_file_that_is_as_it_was_is_not_written_again(out: Path) -> None:
    new = report_of(same="same", figures__a="longer", tables__b="new")
    replace_folder(out, report_of(same="same", figures__a="old", tables__b="old"))
    before = {name: (out / name).stat() for name in ("same", "figures/a", "tables/b")}
    replace_folder(out, new)
    after = {name: (out / name).stat() for name in before}
    assert [name for name in before if before[name].st_ino == after[name].st_ino] == ["same"]
    assert after["same"].st_mtime_ns == before["same"].st_mtime_ns
    assert {each.st_nlink for each in after.values()} == {1}
    assert read_files(out) == new


@pytest.mark.parametrize("place", ["a second name", "a link"])
def test_a_report_shares_no_file_with_another_place(out: Path, tmp_path: Path, place: str) -> None:
    """Whoever edits a copy that shares its files must not change the report."""
    replace_folder(out, NEW)
    copy = tmp_path / "copy"
    if place == "a link":
        copy.write_bytes(b"new")
        (out / "page").unlink()
        (out / "page").symlink_to(copy)
    else:
        os.link(out / "page", copy)
    replace_folder(out, NEW)
    copy.write_bytes(b"changed")
    assert read_files(out) == NEW


def test_it_works_without_second_names(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    replace_folder(out, NEW)
    monkeypatch.setattr(os, "link", refuse)
    replace_folder(out, NEW)
    assert read_files(out) == NEW


def test_it_works_without_the_exchange_of_linux(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_exchange", lambda *_: False)
    replace_folder(out, OLD)
    replace_folder(out, NEW)
    assert read_files(out) == NEW
    assert beside(out) == []


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV])
def test_a_folder_that_cannot_be_renamed_is_filled_file_by_file(
    out: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    replace_folder(out, OLD)
    rename = Path.rename

    def refusing(self: Path, target: Path) -> Path:
        if self == out:
            raise OSError(number, os.strerror(number))
        return rename(self, target)

    monkeypatch.setattr(folder, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", refusing)
    replace_folder(out, NEW)
    assert read_files(out) == NEW
    assert beside(out) == []


def test_an_empty_folder_is_filled(out: Path) -> None:
    out.mkdir(parents=True)
    replace_folder(out, NEW)
    assert read_files(out) == NEW


def test_a_link_is_followed(out: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    replace_folder(target, OLD)
    out.parent.mkdir()
    out.symlink_to(target)
    replace_folder(out, NEW)
    assert out.is_symlink()
    assert read_files(target) == NEW


def test_a_file_is_refused(out: Path) -> None:
    out.parent.mkdir()
    out.write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        replace_folder(out, NEW)
    assert out.read_text() == "mine"


def test_a_folder_with_files_of_somebody_else_is_refused(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "thesis.doc").write_text("mine")
    with pytest.raises(OutputError, match=r"thesis\.doc.*--out"):
        replace_folder(out, NEW)
    assert read_files(out) == {"thesis.doc": b"mine"}


def test_a_note_beside_an_earlier_report_is_not_deleted(out: Path) -> None:
    replace_folder(out, OLD)
    (out / "figures" / "note.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"figures/note\.txt"):
        replace_folder(out, NEW)
    assert read_files(out) == {**OLD, "figures/note.txt": b"mine"}


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"producer": "other", "outputs": [{"path": "page"}]}', '{"producer": "metaan"}'],
)
def test_a_manifest_of_something_else_owns_nothing(out: Path, manifest: str) -> None:
    out.mkdir(parents=True)
    (out / "manifest.json").write_text(manifest)
    (out / "page").write_text("mine")
    with pytest.raises(OutputError, match="page"):
        refuse_foreign(out)


def test_what_a_file_manager_leaves_is_nobody_s(out: Path) -> None:
    replace_folder(out, OLD)
    (out / ".DS_Store").write_bytes(b"")
    replace_folder(out, NEW)
    assert read_files(out) == NEW


def test_a_place_that_cannot_be_written_is_said_in_a_sentence() -> None:
    with pytest.raises(OutputError, match="could not be written"):
        replace_folder(Path("/proc/metaan/reports"), NEW)


def test_a_failure_while_writing_leaves_the_last_report(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_folder(out, OLD)
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "b":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="no space left"):
        replace_folder(out, NEW)
    assert read_files(out) == OLD
    assert beside(out) == []


def keep_hidden(out: Path) -> None:
    (out / ".git" / "refs").mkdir(parents=True)
    (out / ".git" / "HEAD").write_text("mine")
    (out / ".log").write_text("mine")
    (out / ".link").symlink_to("nowhere")


def assert_hidden_stands(out: Path) -> None:
    assert (out / ".git" / "HEAD").read_text() == "mine"
    assert (out / ".git" / "refs").is_dir()
    assert (out / ".log").read_text() == "mine"
    assert (out / ".link").readlink() == Path("nowhere")


def without_links(*_: object, **__: object) -> None:
    raise NotImplementedError


def test_hidden_files_are_nobody_s_report(out: Path) -> None:
    keep_hidden(out)
    refuse_foreign(out)
    assert read_files(out) == {}
    assert dict(odd_entries(out)) == {}


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("links", [True, False])
def test_hidden_files_stay_at_the_top_of_a_folder(
    out: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool, links: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(folder, "_exchange", lambda *_: False)
    if not links:
        monkeypatch.setattr(os, "link", without_links)
    keep_hidden(out)
    for report in (OLD, NEW):
        replace_folder(out, report)
        assert read_files(out) == report
        assert_hidden_stands(out)
        assert beside(out) == []


def test_hidden_files_stay_where_files_are_replaced_one_by_one(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_hidden(out)
    monkeypatch.setattr(folder, "_swap", folder._replace_files)
    replace_folder(out, OLD)
    replace_folder(out, NEW)
    assert read_files(out) == NEW
    assert_hidden_stands(out)


def test_a_log_that_is_open_in_the_folder_goes_on_being_written(out: Path) -> None:
    out.mkdir(parents=True)
    with (out / ".log").open("w") as log:
        log.write("before ")
        log.flush()
        replace_folder(out, NEW)
        log.write("after")
    assert (out / ".log").read_text() == "before after"


def test_hidden_files_further_down_are_somebody_s(out: Path) -> None:
    replace_folder(out, OLD)
    (out / "figures" / ".notes").write_text("mine")
    with pytest.raises(OutputError, match=r"figures/\.notes"):
        replace_folder(out, NEW)


KILLED = textwrap.dedent(
    """
    import json, os, signal, sys
    from pathlib import Path
    from metaan.report import folder

    out, point, files = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    def after(function):
        def run(*arguments):
            function(*arguments)
            die()
        return run
    if point == "first file":
        folder._write = after(folder._write)
    elif point == "before the swap":
        folder._swap = die
    elif point == "after the exchange":
        folder._exchange = after(folder._exchange)
    else:
        folder._exchange = lambda *_: False
        rename = Path.rename
        if point == "between the renames":
            Path.rename = after(rename)
        else:
            folder.shutil.rmtree = die
    folder.replace_folder(out, {name: text.encode() for name, text in files.items()})
    """
)


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("first file", OLD),
        ("before the swap", OLD),
        ("after the exchange", NEW),
        ("between the renames", OLD),
        ("after both renames", NEW),
    ],
)
def test_a_killed_run_leaves_a_whole_report(out: Path, point: str, left: dict[str, bytes]) -> None:
    replace_folder(out, OLD)
    keep_hidden(out)
    files = json.dumps({name: content.decode() for name, content in NEW.items()})
    done = subprocess.run([sys.executable, "-c", KILLED, str(out), point, files], check=False)
    assert done.returncode == -signal.SIGKILL
    if point != "between the renames":
        assert read_files(out) == left
        assert (out / ".log").read_text() == "mine"
    recover(out)
    assert read_files(out) == left
    assert_hidden_stands(out)
    assert beside(out) == []


def test_another_run_s_unfinished_work_is_left_alone(out: Path) -> None:
    replace_folder(out, OLD)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom metaan.report import folder\n"
        "with folder._staged(Path(sys.argv[1])) as new:\n    print(new, flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        new = Path(other.stdout.readline().strip())
        recover(out)
        assert new.is_dir()
        other.communicate("")
    assert beside(out) == []


def test_an_empty_folder_of_somebody_else_is_refused(out: Path) -> None:
    replace_folder(out, OLD)
    (out / "plans" / "next year").mkdir(parents=True)
    with pytest.raises(OutputError, match="plans/next year"):
        replace_folder(out, NEW)
    assert (out / "plans" / "next year").is_dir()


def test_an_emptied_folder_of_a_report_is_filled(out: Path) -> None:
    replace_folder(out, OLD)
    for file in (out / "figures").iterdir():
        file.unlink()
    replace_folder(out, NEW)
    assert read_files(out) == NEW


def test_what_is_neither_file_nor_folder_is_refused(out: Path, tmp_path: Path) -> None:
    replace_folder(out, OLD)
    os.mkfifo(out / "pipe")
    (out / "dangling").symlink_to("nowhere")
    (out / "elsewhere").symlink_to(tmp_path)
    assert dict(odd_entries(out)) == {
        "dangling": "a link that leads to no file",
        "elsewhere": "a link that leads to no file",
        "pipe": "neither file nor folder",
    }
    assert read_files(out) == OLD
    with pytest.raises(OutputError, match="dangling, elsewhere, pipe"):
        replace_folder(out, NEW)


def test_a_foreign_folder_is_not_walked_to_its_end(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abcde":
        (out / name).mkdir(parents=True)
        (out / name / "mine").write_text("mine")
    seen: list[str] = []
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda place: seen.append(str(place)) or scan(place))
    with pytest.raises(OutputError, match=r"a/mine, b/mine, c/mine and more"):
        refuse_foreign(out)
    assert not [place for place in seen if place.endswith("/e")]


@pytest.mark.parametrize("place", ["file", "file/x", "file/x/y", "/", "/dev/null", "loop"])
def test_a_place_that_cannot_be_a_folder_is_refused_in_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    for refuse in (recover, refuse_foreign):
        try:
            refuse(tmp_path / place)
        except OutputError as error:
            said = str(error)
    assert "with --out" in said or "another with --out" in said
    assert (tmp_path / "file").read_text() == "mine"


def test_a_deep_manifest_owns_nothing(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "manifest.json").write_text("[" * 100_000)
    (out / "page").write_text("mine")
    with pytest.raises(OutputError, match="page"):
        refuse_foreign(out)


INTERRUPTED = textwrap.dedent(
    """
    import json, os, signal, sys
    from pathlib import Path
    from metaan.report import folder

    out, point, number, files = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
    def handler(*_):
        sys.exit(130)
    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)
    def interrupt(function):
        def run(*arguments):
            answer = function(*arguments)
            os.kill(os.getpid(), number)
            return answer
        return run
    if point == "first file":
        folder._write = interrupt(folder._write)
    else:
        folder._swap = interrupt(folder._swap)
    folder.replace_folder(out, {name: text.encode() for name, text in files.items()})
    assert signal.getsignal(number) is handler
    """
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("point", "left", "code"), [("first file", OLD, 130), ("swap", NEW, 0)])
def test_an_interrupted_run_ends_before_the_swap_or_after_it_is_tidied(
    out: Path, point: str, left: dict[str, bytes], code: int, number: int
) -> None:
    replace_folder(out, OLD)
    files = json.dumps({name: content.decode() for name, content in NEW.items()})
    command = [sys.executable, "-c", INTERRUPTED, str(out), point, str(int(number)), files]
    done = subprocess.run(command, check=False)
    assert done.returncode == code
    assert read_files(out) == left
    assert beside(out) == []
