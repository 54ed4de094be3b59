"""Many frames at once: every law in terms of every other, the paper's Rosetta stone."""

from __future__ import annotations

from collections.abc import Mapping

from symseries.comparison.records import provenance, reason
from symseries.comparison.translated import RosettaStone, Translation
from symseries.comparison.translation import translate
from symseries.errors import LawNameError, OptionError, SymseriesError, listing, suggestion
from symseries.fitting import Fit
from symseries.laws import Law
from symseries.spaces import Space, TaylorSpace, check_space


def translate_all(
    laws: Mapping[str, Law], space: Space, constants: Mapping[str, Mapping[str, object] | Fit], *, rng: object = 0
) -> RosettaStone:
    """Return a table of many laws in terms of each other: the misfit of every law at the constants that suit every other best.

    "A Rosetta Stone, if you will": what one discipline, laboratory or formula says, in the constants of another (section 2).

    Parameters: `laws`, names and laws in the variables of the space; `space`, where all meet, a domain or data; `constants`,
    for one law at least its constants, or a Fit of it. A law without constants gets those that reproduce the first law that
    has some. A pair without an answer has its reason in the notes.
    Raises `OptionError` for fewer than two laws, a Taylor space, or no constants at all; `LawNameError` for an unknown name.

    >>> from symseries.spaces import LegendreSpace
    >>> laws = {"power": Law("y = A*x**m", ("x",)), "line": Law("y = a + b*x", ("x",))}
    >>> stone = translate_all(laws, LegendreSpace({"x": (1, 2)}, order=6), {"line": {"a": 0, "b": 3}})
    >>> round(stone.constants["power"]["m"], 6), stone.entries["line", "power"].misfit < 1e-6
    (1.0, True)
    """
    named, place = _checked(laws, space, constants)
    known = {name: _numbers(found) for name, found in constants.items()}
    entries: dict[tuple[str, str], Translation] = {}
    reasons: dict[tuple[str, str], str] = {}

    def tried(first: str, second: str) -> Translation | None:
        try:
            entries[first, second] = translate(named[first], named[second], place, known[first], rng=rng)
        except SymseriesError as error:
            reasons[first, second] = reason(error)
        return entries.get((first, second))

    spoken = next(iter(known))
    for name in named:
        if name not in known and (found := tried(spoken, name)) is not None:
            known[name] = dict(found.constants)
    for first in known:
        for second in named:
            if first != second and (first, second) not in {*entries, *reasons}:
                tried(first, second)
    held = {name: {n: float(v) for n, v in found.items()} for name, found in known.items()}  # type: ignore[arg-type]
    return RosettaStone(named, held, entries, reasons, provenance=provenance(None, place, rng))


def _checked(laws: object, space: object, constants: object) -> tuple[dict[str, Law], Space]:
    if not isinstance(laws, Mapping) or len(laws) < 2 or not all(isinstance(law, Law) for law in laws.values()):
        raise OptionError(f"laws={laws!r}: expected a mapping of two names or more to laws")
    place = check_space(space)
    if isinstance(place, TaylorSpace):
        raise OptionError(f"translate_all over {place.describe()}: it has no domain on which laws differ; use a LegendreSpace")
    if not isinstance(constants, Mapping) or not constants:
        raise OptionError(
            f"constants={constants!r}: expected the constants of one law at least, {{'{next(iter(laws))}': {{…}}}}"
        )
    for name in constants:
        if name not in laws:
            raise LawNameError(f"constants of {name!r}: no such law{suggestion(name, laws)}; laws: {listing(laws)}")
    return {str(name): law for name, law in laws.items()}, place


def _numbers(found: Mapping[str, object] | Fit) -> Mapping[str, object]:
    return {name: float(e.value) for name, e in found.constants.items()} if isinstance(found, Fit) else found
