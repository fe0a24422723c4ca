"""Packs bytes as people do, without a date: a seed gives the same inputs at any time."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pyarrow as pa

ENDINGS = ("", ".gz", ".xz", ".bz2", ".zst", ".zip")
_PRIMES = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5,
)  # fmt: skip
_ALL = 2**64 - 1


def pack(content: bytes, ending: str, member: str = "a.fasta") -> bytes:
    """Pack as the ending says; in a zip file under the name `member`."""
    if ending == ".gz":
        return gzip.compress(content, compresslevel=1, mtime=0)
    if ending == ".xz":
        return lzma.compress(content, preset=0)
    if ending == ".bz2":
        return bz2.compress(content)
    if ending == ".zst":
        return _zstd(content)
    if ending == ".zip":
        return zipped({member: content})
    return content


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _zstd(content: bytes) -> bytes:
    """Compress with a checksum, as the command zstd does and pyarrow does not (RFC 8878, section 3.1.1)."""
    frame = bytearray(pa.compress(content, codec="zstd", asbytes=True))
    frame[4] |= 0b100
    return bytes(frame) + (xxh64(content) & 0xFFFFFFFF).to_bytes(4, "little")


def xxh64(content: bytes) -> int:
    """Return the XXH64 of some bytes, seed 0 (the xxHash specification, doc/xxhash_spec.md)."""
    one, two, three, four, five = _PRIMES
    place, total = 0, five
    if len(content) >= 32:
        lanes = [(one + two) & _ALL, two, 0, -one & _ALL]
        for place in range(0, len(content) - 31, 32):
            for lane in range(4):
                start = place + 8 * lane
                lanes[lane] = _round(lanes[lane], int.from_bytes(content[start : start + 8], "little"))
        place += 32
        total = sum(_left(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & _ALL
        for lane in lanes:
            total = ((total ^ _round(0, lane)) * one + four) & _ALL
    total = (total + len(content)) & _ALL
    for size, first, turn, second, last in ((8, None, 27, one, four), (4, one, 23, two, three), (1, five, 11, one, 0)):
        while len(content) - place >= size:
            value = int.from_bytes(content[place : place + size], "little")
            value = _round(0, value) if first is None else value * first & _ALL
            total = (_left(total ^ value, turn) * second + last) & _ALL
            place += size
    for shift, factor in ((33, two), (29, three), (32, 1)):
        total = (total ^ total >> shift) * factor & _ALL
    return total


def _round(lane: int, value: int) -> int:
    return _left((lane + value * _PRIMES[1]) & _ALL, 31) * _PRIMES[0] & _ALL


def _left(value: int, bits: int) -> int:
    return (value << bits | value >> 64 - bits) & _ALL
