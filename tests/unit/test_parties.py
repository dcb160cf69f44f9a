"""R 6: number and name out of a caller id text."""

from __future__ import annotations

import pyarrow as pa
import pytest

from insight_pipeline.legs.parties import split_texts


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("Max Muster <+49711123456>", "+49711123456", "Max Muster"),
        ("+49 (89) 7473-241", "+49897473241", None),
        ("Praxis Dr. Nöll +49 171 4016779", "+491714016779", "Praxis Dr. Nöll"),
        ("Team 42", None, "Team 42"),
        ("399", "399", None),
        ("Anonym", None, None),
        ("unknown", None, None),
        ("", None, None),
        ("IVR Begrüßung", None, "IVR Begrüßung"),
    ],
)
def test_a_caller_id_text_is_split(text: str, number: str | None, name: str | None) -> None:
    numbers, names = split_texts(pa.array([text]))
    assert (numbers[0].as_py(), names[0].as_py()) == (number, name)
