"""FASTA files that nobody thought of are read exactly, or refused with the file's name; the memory stays bounded."""

from __future__ import annotations

import gzip
import random
import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dlfb_helpers.proteins import fasta
from recipes.fuzz import fasta as fuzz_fasta
from recipes.fuzz.damage import mutate
from recipes.fuzz.packing import ENDINGS, pack

settings.register_profile(
    "fasta",
    database=None,
    deadline=None,
    derandomize=True,  # the same inputs in every run; `make fuzz` looks for new ones
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # a file is written anew for each input
)
FASTA_PROFILE = settings.get_profile("fasta")

LETTERS = "RHKDESTNQGPCAVILMFYWBZXUO"
IDS = st.from_regex(r"[A-Za-z0-9_.:;#*>é-]{1,12}", fullmatch=True)
RECORDS = st.dictionaries(IDS, st.text(LETTERS, min_size=1, max_size=200), min_size=1, max_size=8)
# A description is one line of text; what else ends a line for str.splitlines ends none in FASTA.
DESCRIPTIONS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)


@st.composite
def fasta_files(draw) -> tuple[dict[str, str], bytes]:
    """Draw records and one of the many ways to write them."""
    records, width = draw(RECORDS), draw(st.integers(1, 210))
    end, blank = draw(st.sampled_from(["\n", "\r\n", "\r"])), draw(st.integers(0, 2))
    lines = [""] * blank
    for entry, sequence in records.items():
        lines.append(draw(st.sampled_from([f">{entry}", f">sp|{entry}|X", f"> {entry}"])) + " " + draw(DESCRIPTIONS))
        for start in range(0, len(sequence), width):
            lines += [sequence[start : start + width], *[""] * blank]
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    return records, text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])))


@settings(FASTA_PROFILE)
@given(fasta_files(), st.sampled_from(ENDINGS))
def test_whatever_way_records_are_written_they_come_back(tmp_path, written, ending):
    records, content = written
    path = tmp_path / f"written.fasta{ending}"
    path.write_bytes(pack(content, ending))
    table = fasta.read_fasta(path, report=[].append)
    assert list(zip(table["EntryID"], table["Sequence"])) == list(records.items())
    assert table["Length"].tolist() == [len(sequence) for sequence in records.values()]


@settings(FASTA_PROFILE)
@given(st.binary(max_size=300), st.sampled_from(ENDINGS), st.sampled_from(fuzz_fasta.OPTIONS))
@example(b">P1\nMA\n", "", {})
def test_any_bytes_are_read_or_refused_with_the_files_name(tmp_path, content, ending, options):
    path = tmp_path / f"any.fasta{ending}"
    path.write_bytes(content)
    fuzz_fasta.outcome(path, str(path), **options)  # fails on any other error than one that begins with the file's name


@settings(FASTA_PROFILE)
@given(fasta_files(), st.sampled_from(ENDINGS), st.integers(0, 2**32), st.sampled_from(fuzz_fasta.OPTIONS))
def test_damaged_files_are_read_or_refused_with_the_files_name(tmp_path, written, ending, seed, options):
    records, content = written
    path = tmp_path / f"damaged.fasta{ending}"
    path.write_bytes(mutate(pack(content, ending), random.Random(seed), fuzz_fasta.FRAGMENTS))
    kind, found = fuzz_fasta.outcome(path, str(path), **options)
    assert found in (None, records) or not ending, f"{kind}: an archive was damaged, and other records were read"


DIRT = st.sampled_from(
    [" ", "-", "*", "\t", "10", "\n; a comment\n", "\n", ":", "J", "?", "\u200b", "(", "_", ">P7 x\n"]
)


@st.composite
def dirty_files(draw) -> str:
    """Draw records between whose residues there is dirt, in either case, ids that may come again."""
    lines = []
    for entry in draw(
        st.lists(st.sampled_from(["P1", "P2", "P3", "sp|P1|X", "P1_1", "P\u200b1"]), min_size=1, max_size=5)
    ):
        letters = draw(st.lists(st.one_of(st.text(LETTERS + "malwk", min_size=1, max_size=30), DIRT), max_size=8))
        lines += [f">{entry} some words", "".join(letters)]
    return "\n".join(lines)


@settings(FASTA_PROFILE, max_examples=150)
@given(dirty_files())
def test_a_cleaned_file_reads_as_it_is(tmp_path, text):
    """What clean and skip_bad leave is FASTA: read without them, or with them again, it is the same."""
    dirty, cleaned = tmp_path / "dirty.fasta", tmp_path / "cleaned.fasta"
    dirty.write_text(text, encoding="utf-8")
    _, records = fuzz_fasta.outcome(dirty, str(dirty), clean=True, skip_bad=True)
    if records is None:
        return
    cleaned.write_text("".join(f">{entry}\n{sequence}\n" for entry, sequence in records.items()), encoding="utf-8")
    for options in fuzz_fasta.OPTIONS:
        assert fuzz_fasta.outcome(cleaned, str(cleaned), **options) == ("read", records)


@settings(FASTA_PROFILE, max_examples=150)
@given(dirty_files())
def test_what_is_read_clean_or_not_agrees_and_what_is_left_out_is_named(tmp_path, text):
    path, notes = tmp_path / "dirty.fasta", []
    path.write_text(text, encoding="utf-8")
    _, strict = fuzz_fasta.outcome(path, str(path))
    _, cleaned = fuzz_fasta.outcome(path, str(path), clean=True)
    kind, most = fuzz_fasta.outcome(path, str(path), clean=True, skip_bad=True)
    if strict:
        assert strict == cleaned == most  # there was nothing to repair
    if cleaned:
        assert cleaned == most
    elif most:  # somewhat was left out, and is named
        fasta.read_fasta(path, clean=True, skip_bad=True, report=notes.append)
        assert any(": left out: " in note for note in notes)


def peak_memory(path) -> tuple[int, int]:
    """Read a file record by record; return how many there are and the most bytes that Python held meanwhile."""
    tracemalloc.start()
    try:
        count = sum(1 for _ in fasta.iterate_fasta(path))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
def test_many_records_are_never_in_memory_together(tmp_path, ending):
    sequence = "MALWMRLLPL" * 600
    content = "".join(f">P{number}\n{sequence}\n" for number in range(10_000)).encode()
    path = tmp_path / f"many.fasta{ending}"
    path.write_bytes(pack(content, ending))
    count, peak = peak_memory(path)
    assert count == 10_000
    assert len(content) > 60_000_000 and peak < 10_000_000  # the ids, to find one that is there twice


def test_an_archive_that_unpacks_to_far_more_is_refused_early(tmp_path):
    path = tmp_path / "bomb.fasta.gz"
    path.write_bytes(gzip.compress(b">P1\n" + b"A" * 200_000_000, compresslevel=1))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"bomb\.fasta\.gz, line \d: '>P1' has more than 1,000,000 characters"):
        fasta.read_fasta(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000
