"""Many laws against many sources, in one ranked table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from symseries.comparison.ranking import CRITERIA, Comparison, Origin, Pair
from symseries.comparison.records import provenance, reason
from symseries.comparison.scores import score, table_of
from symseries.comparison.whitened import doubts
from symseries.errors import LawNameError, LawSyntaxError, OptionError, SymseriesError, listing, suggestion
from symseries.fitting import Fit, fit
from symseries.laws import Law
from symseries.network import Network
from symseries.parsing import parse_law
from symseries.progress import track
from symseries.scalars import shown
from symseries.spaces import Space
from symseries.tables import column_names


def compare(
    networks: object,
    laws: object,
    space: Space | None = None,
    *,
    data: object = None,
    groups: Sequence[object] | None = None,
    by: str | None = None,
    rng: object = 0,
) -> Comparison:
    """Return every law fitted to every source, ranked: the permutation of architectures and postulated physics.

    Every law is taken to describe all inputs of a network: that it lacks one counts against it.

    Parameters: `networks`, a network or table, several of them, or a mapping of names to them; `laws`, a Law, several, or a
    mapping of names to them; `space`, where all meet, by default that of each fit; `data`, the table of networks that carry
    none; `groups`, labels (n,) of rows that are left out together; `by`, what is ranked: "bic" (the default where all sources
    have the same rows), "aic", "misfit" (the default elsewhere), "heldout" or "p_value"; `rng` as in `fit`.
    A pair that has no answer, as constants that are not determined or a function without a series, is a row that says why.
    Raises `OptionError` where there is nothing to compare, for what is no source and for another `by`, `LawNameError` for laws
    of different targets.

    >>> table = {"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [1.1, 3.9, 9.2, 15.8, 25.1]}
    >>> laws = {"line": Law("y = a + b*x", ("x",)), "square": Law("y = a*x**2", ("x",)), "twice": Law("y = a*b*x", ("x",))}
    >>> found = compare(table, laws)
    >>> [pair.law for pair in found.pairs], round(float(found.best.constants["a"].value), 2)
    (['square', 'line', 'twice'], 1.0)
    """
    sources, named = _sources(networks), _laws(laws)
    if by is not None and by not in CRITERIA:
        raise OptionError(f"by={by!r}{suggestion(by, CRITERIA)}; expected one of {listing(CRITERIA)}")
    pairs = [(source, law) for source in sources for law in named]
    found_pairs: list[Pair] = []
    fits: dict[tuple[str, str], Fit] = {}
    for source, law in track(pairs, len(pairs), "comparing laws"):
        try:
            found = fit(
                sources[source], _declared(named[law], sources[source]), space, data=_data(sources[source], data), rng=rng
            )
            found_pairs.append(_pair(source, law, found, groups))
            fits[source, law] = found
        except SymseriesError as error:
            found_pairs.append(Pair(source, law, str(named[law]), len(named[law].constants), reason=reason(error)))
    _check_targets(fits.values())
    origins = tuple(_origin(name, [found for (owner, _), found in fits.items() if owner == name]) for name in sources)
    chosen = by or ("bic" if len({origin.digest for origin in origins if origin.digest}) == 1 else "misfit")
    held = provenance(None, space, rng, sources=len(sources))
    return Comparison(tuple(found_pairs), origins, chosen, _warnings(origins, chosen, by), held, fits).ranked()


def _check_targets(fits: Iterable[Fit]) -> None:
    """Refuse laws of different quantities, whose errors are not measured in one unit."""
    targets = sorted({str(found.prepared.law.target) for found in fits if found.prepared.law.target is not None})
    if len(targets) > 1:
        raise LawNameError(f"compare: laws of {listing(targets)}; expected one target for all, compare those of each apart")


def _declared(law: Law, source: object) -> Law:
    """Return the law as one that speaks of all inputs of a network: what it does not hold counts against it."""
    if not isinstance(source, Network) or not set(source.inputs) - {*law.variables, *law.constants}:
        return law
    variables = [*law.variables, *(n for n in source.inputs if n not in (*law.variables, *law.constants, *law.known))]
    return Law.from_dict({**law.to_dict(), "variables": variables})


def _data(source: object, data: object) -> object:
    return data if isinstance(source, Network) else None


def _pair(source: str, law: str, found: Fit, groups: Sequence[object] | None) -> Pair:
    scores = score(found, groups)
    return Pair(
        source=source,
        law=law,
        text=str(found.prepared.law),
        count=len(found.constants),
        constants=dict(found.constants),
        misfit=found.misfit,
        chi2=found.chi2,
        dof=found.dof,
        p_value=found.p_value,
        scores=scores,
        warnings=found.warnings,
    )


def _origin(name: str, fits: Sequence[Fit]) -> Origin:
    """Return what is known of a source, from any of its fits."""
    held = next(filter(None, map(table_of, fits)), None)
    net = fits[0].prepared.source if fits else None
    training = net.training if isinstance(net, Network) else None
    return Origin(
        name=name,
        kind="network" if isinstance(net, Network) else "table",
        rows=None if held is None else len(held[0]),
        digest="" if held is None else held[0].select([held[1]]).digest,  # a fit keeps the columns of its law alone
        r2=None if training is None else training.r2,
        heldout=None if training is None else training.heldout_rmse,
        doubts=doubts(net),
    )


def _warnings(origins: Sequence[Origin], chosen: str, by: str | None) -> tuple[str, ...]:
    said = [f"{origin.name}: {text}" for origin in origins for text in origin.doubts]
    several = len({origin.digest for origin in origins if origin.digest}) > 1
    if several and by in ("aic", "bic", "heldout"):
        said.append(f"the sources have different rows: {chosen} compares laws of one source only")
    return tuple(said)


# ---------------------------------------------------------------------------------------------------------- what is given
def _sources(networks: object) -> dict[str, object]:
    """Return sources by name. A mapping of columns is a table, a mapping of networks or tables is several."""
    if isinstance(networks, Mapping) and networks and all(_is_source(value) for value in networks.values()):
        return {str(name): source for name, source in networks.items()}
    several = list(networks) if isinstance(networks, (list, tuple)) else [networks]
    if not several:
        raise OptionError("compare: no source is given; expected a network or a table, or several")
    if (other := next((source for source in several if not _is_source(source)), several)) is not several:
        raise OptionError(f"compare: {shown(other)} ({type(other).__name__}) is no source; expected a network or a table")
    kinds = ["network" if isinstance(source, Network) else "table" for source in several]
    names = [kind if kinds.count(kind) == 1 else f"{kind} {kinds[: k + 1].count(kind)}" for k, kind in enumerate(kinds)]
    return dict(zip(names, several, strict=True))


def _is_source(value: object) -> bool:
    return isinstance(value, (Network, Mapping, str, Path)) or hasattr(value, "columns") or hasattr(value, "matrix")


def _laws(laws: object) -> dict[str, Law]:
    if isinstance(laws, Law):
        laws = [laws]
    if isinstance(laws, Mapping):
        named = {str(name): law for name, law in laws.items()}
    elif isinstance(laws, Iterable) and not isinstance(laws, str):
        several = list(laws)
        texts = list(map(str, several))
        labels = [text if texts.count(text) == 1 else f"{text} ({place})" for place, text in enumerate(texts, 1)]
        named = dict(zip(labels, several, strict=True))
    else:
        raise OptionError(f"laws={laws!r}: expected a Law, a list of them, or a mapping of names to them")
    for name, law in named.items():
        if not isinstance(law, Law):
            raise OptionError(f"law {name}: {type(law).__name__} received; expected a symseries.Law")
    if not named:
        raise OptionError("compare: no law is given; expected one at least")
    return named


def laws_of(
    lines: Iterable[str], table: object, known: Mapping[str, object] | None = None, what: str = "laws"
) -> dict[str, Law]:
    """Return the laws that stand in lines of text, a law a line: "name: y = a + b*x", or the law alone.

    Names that are columns of the table are variables, those that are `known` have their values, the rest are constants. Empty
    lines and what follows a # are left out. Raises `LawSyntaxError` with the number of the line.

    >>> list(laws_of(["# two", "line: y = a + b*x", "y = a*x**2"], {"x": [1], "y": [1]}))
    ['line', 'y = a*x**2']
    """
    columns, found = column_names(table), {}
    for number, line in enumerate(lines, 1):
        text = line.split("#")[0].strip()
        if not text:
            continue
        name, colon, formula = text.partition(":")
        try:
            law = _law(formula.strip() if colon else text, columns, known or {})
        except SymseriesError as error:
            raise type(error)(f"{what}, line {number}: {error}") from error
        label = name.strip() if colon else str(law)
        if label in found:
            raise LawSyntaxError(f"{what}, line {number}: a law {label!r} stands above already; give it another name")
        found[label] = law
    return found


def _law(text: str, columns: Sequence[str], known: Mapping[str, object]) -> Law:
    declared = [*filter(str.isidentifier, columns), *known]
    names = {symbol.name for symbol in parse_law(text, declared=declared).expression.free_symbols}
    variables = [name for name in columns if name in names and name not in known]
    return Law(text, variables, known={name: value for name, value in known.items() if name in names})
