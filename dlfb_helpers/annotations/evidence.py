"""Evidence codes: how an annotation came about, as the Gene Ontology's files say it.

Source of the codes: https://geneontology.org/docs/guide-go-evidence-codes/; of their ids in the Evidence and Conclusion
Ontology, which GPAD has in their place: the defaults of gaf-eco-mapping.txt (https://github.com/evidenceontology).
"""

from __future__ import annotations

from collections.abc import Collection

EXPERIMENTAL: tuple[str, ...] = tuple("EXP IDA IPI IMP IGI IEP HTP HDA HMP HGI HEP TAS IC".split())
"""What CAFA's training terms rest on: experiments, few or by the thousand, and what authors and curators state."""

CODES: dict[str, str] = {
    "ECO:0000269": "EXP", "ECO:0000314": "IDA", "ECO:0000353": "IPI", "ECO:0000315": "IMP", "ECO:0000316": "IGI",
    "ECO:0000270": "IEP", "ECO:0006056": "HTP", "ECO:0007005": "HDA", "ECO:0007001": "HMP", "ECO:0007003": "HGI",
    "ECO:0007007": "HEP", "ECO:0000304": "TAS", "ECO:0000305": "IC", "ECO:0000303": "NAS", "ECO:0000307": "ND",
    "ECO:0000250": "ISS", "ECO:0000266": "ISO", "ECO:0000247": "ISA", "ECO:0000255": "ISM", "ECO:0000317": "IGC",
    "ECO:0000245": "RCA", "ECO:0000318": "IBA", "ECO:0000319": "IBD", "ECO:0000320": "IKR", "ECO:0000321": "IRD",
    "ECO:0000501": "IEA", "ECO:0000256": "IEA", "ECO:0000265": "IEA", "ECO:0000322": "IEA", "ECO:0007322": "IEA",
}  # fmt: skip
"""Id in the Evidence and Conclusion Ontology -> code."""


def chosen_codes(text: str) -> tuple[str, ...] | None:
    """Read a choice of evidence from a command line: ``all`` (None), ``experimental``, or codes with commas between.

    Raises
    ------
    ValueError
        If a code is none of the Gene Ontology's; lists them.

    Examples
    --------
    >>> chosen_codes("IDA, imp")
    ('IDA', 'IMP')
    """
    if text.lower() == "all":
        return None
    if text.lower() == "experimental":
        return EXPERIMENTAL
    codes = tuple(code.strip().upper() for code in text.split(","))
    check_codes(codes)
    return codes


def check_codes(codes: Collection[str]) -> None:
    """Raise a ValueError if a code is neither one of the Gene Ontology's nor an id such as ECO:0000314."""
    known = sorted(set(CODES.values()))
    if wrong := [code for code in codes if code not in known and not code.startswith("ECO:")]:
        raise ValueError(f"evidence {wrong[0]!r} is no code of the Gene Ontology; there are {', '.join(known)}")
