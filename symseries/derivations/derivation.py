"""A derivation: lines with relations between them, each step verified, each line shown as it was understood."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, overload

import sympy
from sympy.core.function import AppliedUndef

from symseries.derivations.domains import Assumptions, read_assumptions
from symseries.derivations.lines import Line, condition_text, latex_lines, read_lines
from symseries.derivations.statements import names_of, read_statement
from symseries.derivations.verdict import MARKS, Verdict
from symseries.derivations.verifying import checked_seconds, judged, latex_of
from symseries.display import Cell, TextTable, escape_latex, refuse_path, text_cell, write_text
from symseries.errors import DataError, LawNameError, OptionError, SymseriesError
from symseries.names import plain
from symseries.pages import Section, html_page, latex_array, latex_document, scrolled

_MAX_CHARACTERS = 200_000
_LATEX_MARKS = {"proved": r"\surd", "refuted": r"\times", "open": "?", "definition": ":="}
_LATEX_SIGNS = {"≈": r"\approx", "⇒": r"\Rightarrow", "<": "<", ">": ">", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq"}
_WORDS = {"definition": "given", "proved": "proved", "refuted": "REFUTED", "open": "open"}


@dataclass(frozen=True)
class Step:
    """One step: the number of its line, what was typed, the relation, both sides as understood, and the verdict."""

    line: int
    typed: str
    relation: str
    left: str
    right: str
    verdict: Verdict
    latex: tuple[str, str] = ("", "")
    is_definition: bool = False

    @property
    def word(self) -> str:
        """definition, proved, refuted or open."""
        return "definition" if self.is_definition else self.verdict.status

    @property
    def understood(self) -> str:
        """The step as it was understood."""
        return f"{self.left} {self.relation} {self.right}"


class Report(Sequence[Verdict]):
    """The verdicts of a derivation, one a step, which print as a table; `steps` hold what was typed and understood.

    `status` is "refuted" where a step is, else "open" where one is, else "proved".
    """

    def __init__(self, steps: Iterable[Step], title: str = "derivation") -> None:
        self.steps, self.title = tuple(steps), title

    @overload
    def __getitem__(self, place: int) -> Verdict: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Verdict, ...]: ...
    def __getitem__(self, place: int | slice) -> Verdict | tuple[Verdict, ...]:
        found = tuple(step.verdict for step in self.steps)
        return found[place]

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Verdict]:
        return (step.verdict for step in self.steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and (self.steps, self.title) == (other.steps, other.title)

    def __hash__(self) -> int:
        return hash((self.steps, self.title))

    @property
    def status(self) -> str:
        """The status of the whole."""
        found = {step.verdict.status for step in self.steps}
        return next((word for word in ("refuted", "open") if word in found), "proved")

    def table(self) -> TextTable:
        """Return a row for each step: its mark, what was typed, what was understood, and the finding."""
        heads = tuple(map(text_cell, ("line", "", "typed", "understood", "finding")))
        rows = tuple(
            (
                Cell(str(step.line), align="right"), Cell(MARKS[step.word], f"${_LATEX_MARKS[step.word]}$"),
                text_cell(step.typed), Cell(step.understood, f"${_aligned(step, '')}$"), text_cell(_finding(step)),
            )
            for step in self.steps
        )  # fmt: skip
        return TextTable(heads, rows, self._summary())

    def _summary(self) -> str:
        counts = {word: sum(step.word == word for step in self.steps) for word in _WORDS}
        return f"{self.title}: " + ", ".join(f"{count} {_WORDS[word]}" for word, count in counts.items() if count)

    def __str__(self) -> str:
        lines = [self._summary()]
        for step in self.steps:
            lines += [f"{MARKS[step.word]} line {step.line}: {step.typed}", f"    understood  {step.understood}"]
            lines += [f"    {label:10}  {text}" for label, text in _details(step)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Report {self._summary()}>"

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def _repr_latex_(self) -> str:
        return latex_array(self.table())

    def to_latex(self, document: bool = False) -> str:
        r"""Return the lines as they were understood, aligned, with a mark in the margin and the findings on refuted steps.

        With `document`, an article that compiles as it is.
        """
        rows = [_aligned(step, "&") + rf" \tag*{{${_LATEX_MARKS[step.word]}$}}" for step in self.steps]
        body = " \\\\\n".join(rows)
        notes = [rf"\noindent Line {step.line}: {escape_latex(_finding(step))}\par" for step in self.steps if _is_told(step)]
        text = "\n".join([r"\allowdisplaybreaks", r"\begin{align*}", body, r"\end{align*}", *notes]) + "\n"
        return latex_document([text]) if document else text

    def to_html(self, path: str | Path | None = None) -> str:
        """Return a page of its own, and write it to `path` where one is given."""
        refuted = [f"line {step.line}: {_finding(step)}" for step in self.steps if step.word == "refuted"]
        page = html_page(self.title, refuted, [Section("Steps", (scrolled(self.table().to_html()),))])
        if path is not None:
            write_text(path, page)
        return page

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with a row for each step."""
        return self.table().to_frame()

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the report as JSON text, and write it to `path` where one is given; `Report.from_json` reads it back."""
        steps = [{**vars(step), "verdict": step.verdict.to_dict(), "latex": list(step.latex)} for step in self.steps]
        record = {"format": "symseries derivation", "version": 1, "title": self.title, "status": self.status, "steps": steps}
        text = json.dumps(record, ensure_ascii=False, indent=1)
        if path is not None:
            write_text(path, text + "\n")
        return text

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Return the report that `to_json` wrote. Raises `DataError` for anything else.

        >>> report = Derivation(["tanh(x) = -tanh(-x)"]).check()
        >>> Report.from_json(report.to_json()) == report
        True
        """
        refuse_path(text, "derivation")
        try:
            record = json.loads(text)
            if record["format"] != "symseries derivation" or record["version"] != 1:
                raise DataError(f"format {record['format']!r}, version {record['version']!r}")
            return cls(map(_step_of, record["steps"]), str(record["title"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            fault = f"derivation {str(text)[:40]!r}: {str(error)[:80]}"
            raise DataError(f"{fault}; expected the text that Report.to_json wrote") from error


def _step_of(record: Mapping[str, Any]) -> Step:
    texts = {key: str(record[key]) for key in ("typed", "relation", "left", "right")}
    verdict = Verdict.from_dict(record["verdict"])
    latex = (str(record["latex"][0]), str(record["latex"][1]))
    return Step(int(record["line"]), verdict=verdict, latex=latex, is_definition=bool(record["is_definition"]), **texts)


def _aligned(step: Step, mark: str) -> str:
    sign = _LATEX_SIGNS.get(step.relation, "=")
    return f"{step.latex[0]} {mark}{sign} {step.latex[1]}"


def _finding(step: Step) -> str:
    return f"{_WORDS[step.word]}: " + "; ".join(text for _, text in _details(step)) if _details(step) else _WORDS[step.word]


def _is_told(step: Step) -> bool:
    return step.word in {"refuted", "open"}


def _details(step: Step) -> list[tuple[str, str]]:
    """Return what there is to say about a step, with labels."""
    seen = step.verdict
    found = [
        (_WORDS[step.word], seen.reason), ("witness", str(seen.witness or "")), ("diagnosis", str(seen.diagnosis or "")),
        ("assumed", seen.assumptions), ("numbers", seen.agreement if seen.status == "open" else ""),
    ]  # fmt: skip
    return [(label, text) for label, text in found if text]


@dataclass
class Derivation:
    """Lines of a derivation, to be checked step by step.

    Each line is text (`left = right`, `= right` to go on, `≈ … + O(x**5)`, `=>`, `name := expression`, `assume x > 0`,
    `put x = 0`, `# remark`), LaTeX, a SymPy equation, a pair of sides, or a triple (side, relation, side). A name or f(x) that
    stands alone on the left for the first time, and not on the right, is introduced by its line; from there on it means that.

    Parameters: `lines`; `assumptions` for all of them, as in `verify`; `seconds` for each step. Raises what the readers raise,
    with the number of the line, `LawNameError` for a name that is defined twice by `:=`, `OptionError` where no line has a
    relation.

    >>> found = Derivation(["s := 1/(1 + exp(-x))", "s = 1/2 + tanh(x/2)/2", "= 1 - 1/(1 + exp(x))"]).check()
    >>> [verdict.status for verdict in found]
    ['proved', 'proved', 'proved']
    >>> print(Derivation(["sinh(2*x) = 2*sinh(x)"]).check())
    derivation: 1 REFUTED
    ✗ line 1: sinh(2*x) = 2*sinh(x)
        understood  sinh(2*x) = 2*sinh(x)
        REFUTED     the sides differ
        witness     at x = 1: left 3.62686040784702, right 2.35040238728760
        diagnosis   true to order 2 only
    """

    lines: Any
    assumptions: Any = None
    seconds: float | None = 10.0
    title: str = "derivation"
    _report: Report | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.lines = read_lines(self.lines)
        self.assumptions = read_assumptions(self.assumptions)
        self.seconds = checked_seconds(self.seconds)

    @classmethod
    def from_latex(
        cls, text: str, assumptions: object = None, seconds: float | None = 10.0, names: Mapping[str, Any] | None = None
    ) -> Derivation:
        r"""Return the derivation that a text in LaTeX holds: lines of align, aligned, equation, gather, cases.

        `names` says what names mean that could be several things, such as {"k": sympy.Function("k")}.

        >>> print(repr(Derivation.from_latex(r"\sin 2x &= 2 \sin x \cos x").check()))
        <Report derivation: 1 proved>
        """
        if not str(text).strip():
            raise OptionError("derivation: the text is empty; expected lines such as 'a &= b \\\\'")
        return cls(latex_lines(text, names), assumptions, seconds)

    @classmethod
    def from_file(cls, path: str | Path, assumptions: object = None, seconds: float | None = 10.0) -> Derivation:
        """Return the derivation in a file: LaTeX where its name ends in .tex, else text line by line.

        Raises `OptionError` for a file that cannot be read, `DataError` for one that is no UTF-8 text or too long.
        """
        file = Path(path)
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise OptionError(f"{str(file)!r} cannot be read: {error.strerror or error}; name a file that exists") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{str(file)!r}: byte {error.start} is no UTF-8 text; save it as UTF-8") from error
        if len(text) > _MAX_CHARACTERS:
            raise DataError(f"{str(file)!r}: {len(text)} characters exceed the limit of {_MAX_CHARACTERS}; check it in parts")
        found = cls.from_latex(text, assumptions, seconds) if file.suffix == ".tex" else cls(text, assumptions, seconds)
        found.title = file.name
        return found

    def check(self) -> Report:
        """Return one verdict a step; what has been checked is not checked again. `OptionError` where no line has a relation."""
        if self._report is None:
            found = Report(_Checker(self).steps(), self.title)
            if not found.steps:
                typed = str(self)[:40]
                raise OptionError(f"{self.title}: no line has a relation, {typed!r}; expected one such as 'left = right'")
            self._report = found
        return self._report

    def to_latex(self, document: bool = False) -> str:
        """Return the checked lines as LaTeX, with marks in the margin."""
        return self.check().to_latex(document)

    def __str__(self) -> str:
        return "\n".join(line.typed for line in self.lines)

    def _repr_html_(self) -> str:
        return self.check()._repr_html_()


class _Checker:
    """What is known on the way through the lines: definitions, assumptions, the last side, pending substitutions."""

    def __init__(self, derivation: Derivation) -> None:
        self.lines: tuple[Line, ...] = derivation.lines
        self.assumptions: Assumptions = derivation.assumptions
        self.seconds = derivation.seconds
        self.meanings: dict[Any, Any] = {}
        self.last: Any = None
        self.equation: tuple[Any, Any] | None = None
        self.pending: list[tuple[Any, Any]] = []

    def steps(self) -> Iterator[Step]:
        for line in self.lines:
            self._assume(line.assume)
            if not line.chain:
                self.pending += line.put
                continue
            try:
                for left, right in line.put:
                    if self._known_as(plain(left)):
                        yield self._step(replace(line, chain=()), "=", left, right)
                    else:
                        self.meanings[plain(left)] = plain(right)
                yield from self._chain(line)
            except SymseriesError as error:
                raise type(error)(f"line {line.number} {line.typed[:60]!r}: {error}") from error

    def _assume(self, said: Assumptions) -> None:
        self.assumptions = Assumptions(
            {**self.assumptions.domains, **said.domains}, self.assumptions.conditions + said.conditions
        )

    def _chain(self, line: Line) -> Iterator[Step]:
        """Yield the steps of one line."""
        (relation, first), *rest = line.chain
        if relation:
            if self.last is None:
                raise OptionError(f"{relation!r} goes on from a line that is not there; write its left side")
            left, rest = self.last, list(line.chain)
        else:
            left = first
            if not rest:
                self.last = left
                return
        before, known = None, self.assumptions
        for place, (sign, right) in enumerate(rest):
            if sign == "⇒":
                before, left = self.equation, right
                continue
            if before is not None and sign == "=":
                yield self._implied(line, before, (left, right))
                before = None
            elif place + 1 < len(rest) and rest[place + 1][0] == "⇒" and sign != "≈":
                yield self._given(line, sign, left, right)
                if sign != "=":
                    left = right
                    continue
            else:
                yield self._step(line, sign, left, right)
            self.equation = (left, right)
            left = right
        self.last, self.assumptions = left, known

    def _step(self, line: Line, sign: str, left: Any, right: Any) -> Step:
        """Return the step from one side to the next."""
        if self._introduces(line, sign, left, right):
            return self._defined(line, left, right)
        if sign not in {"=", "≈", ":="}:
            raise OptionError(f"relation {sign!r} is not checked; expected =, ≈ to an order, ⇒ or :=")
        start, end = (self._meant(side) for side in (left, right))
        for old, new in self.pending:
            start = start.subs(plain(old), plain(new))
        self.pending = []
        if sign == "≈" and line.order is None:
            return self._made(line, sign, left, right, _open("≈ without an order; write + O(x**n)"))
        scope = (line.order, line.around) if sign == "≈" else ()
        verdict = judged(read_statement(start, end, self._known(start, end), *scope), self.seconds)
        return self._made(line, sign, left, right, verdict)

    def _introduces(self, line: Line, sign: str, left: Any, right: Any) -> bool:
        """Whether a line gives a name, or a function of names, its meaning."""
        if not (isinstance(left, sympy.Symbol) or (isinstance(left, AppliedUndef) and all(a.is_Symbol for a in left.args))):
            return False
        name = plain(left)
        if sign == ":=":
            if self._known_as(name):
                raise LawNameError(f"{name} is defined twice; rename one of them")
            return True
        is_own = bool(line.chain) and not line.chain[0][0] and line.chain[0][1] is left
        inside = right.has(left.func if isinstance(left, AppliedUndef) else left)
        return sign == "=" and is_own and not inside and not self._known_as(name) and not self._was_used(name, line)

    def _known_as(self, name: Any) -> bool:
        key = type(name) if isinstance(name, AppliedUndef) else name
        return any((type(old) if isinstance(old, AppliedUndef) else old) == key for old in self.meanings)

    def _was_used(self, name: Any, line: Line) -> bool:
        """Whether a name stood in an earlier line, so that it has a meaning of its own."""
        earlier = [side for other in self.lines if other.number < line.number for _, side in other.chain]
        return name.is_Symbol and any(name.name in names_of(side) for side in earlier)

    def _defined(self, line: Line, left: Any, right: Any) -> Step:
        self.meanings[plain(left)] = self._meant(right)
        verdict = Verdict("proved", str(left), str(right), "a definition: there is nothing to check")
        return replace(self._made(line, ":=", left, right, verdict), is_definition=True)

    def _given(self, line: Line, sign: str, left: Any, right: Any) -> Step:
        """Return the step of a relation from which others are said to follow: it is not claimed itself, a range is assumed."""
        if sign != "=":
            text = condition_text((("", left), (sign, right)))
            if not text:
                raise OptionError(f"{left} {sign} {right}: expected names and numbers before ⇒, such as x > 0, or an equation")
            self._assume(read_assumptions(text))
            self.equation = None
        verdict = Verdict("proved", str(left), str(right), "given: what follows from it is checked")
        return replace(self._made(line, sign, left, right, verdict), is_definition=True)

    def _meant(self, side: Any) -> Any:
        """Return a side with what was defined put in."""
        found = plain(side) if isinstance(side, sympy.Expr) else side
        for old, new in self.meanings.items():
            if isinstance(old, AppliedUndef):
                found = found.replace(type(old), sympy.Lambda(old.args, new))
            else:
                found = found.xreplace({old: new})
        return found

    def _known(self, *sides: Any) -> Assumptions:
        """Return the assumptions on names that the sides have."""
        names = set().union(*(names_of(side) for side in sides))
        return Assumptions({n: d for n, d in self.assumptions.domains.items() if n in names}, self.assumptions.conditions)

    def _implied(self, line: Line, before: tuple[Any, Any], after: tuple[Any, Any]) -> Step:
        """Return the step from one equation to one that follows from it."""
        given, claimed = (self._meant(a) - self._meant(b) for a, b in (before, after))
        for symbol in sorted(given.free_symbols & claimed.free_symbols, key=str):
            slope = sympy.diff(given, symbol)
            if slope == 0 or slope.has(symbol):
                continue
            solution = sympy.together(-given.subs(symbol, 0) / slope)
            remaining = read_statement(claimed.subs(symbol, solution), 0, self._known(claimed, given))
            verdict = judged(remaining, self.seconds)
            return self._made(line, "⇒", sympy.Eq(*before), sympy.Eq(*after), verdict)
        return self._made(
            line, "⇒", sympy.Eq(*before), sympy.Eq(*after), _open("no name in which the first equation is linear")
        )

    def _made(self, line: Line, sign: str, left: Any, right: Any, verdict: Verdict) -> Step:
        """Return the record of a step."""
        sides = (str(left)[:2000], str(right)[:2000])
        return Step(line.number, line.typed, sign, *sides, verdict, (latex_of(left), latex_of(right)))


def _open(reason: str) -> Verdict:
    return Verdict("open", "", "", reason)


def check_file(path: str | Path, *, seconds: float | None = 10.0) -> tuple[int, Report]:
    r"""Return the exit code and the report of a derivation in a file: 0 where no step is refuted, 1 where one is.

    A file that cannot be read as a derivation raises an error of this package, for which the exit code is 2.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "steps.txt"
    ...     _ = file.write_text("cosh(x)**2 - sinh(x)**2 = 1\n", encoding="utf-8")
    ...     check_file(file)
    (0, <Report steps.txt: 1 proved>)
    """
    report = Derivation.from_file(path, seconds=seconds).check()
    return int(report.status == "refuted"), report
