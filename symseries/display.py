"""How results are shown: numbers with their uncertainty, names as symbols, and one table that prints itself in every form.

Nothing here knows what a result is. A user's text is escaped on its way out: no name can change the document it stands in.
"""

from __future__ import annotations

import csv
import html
import io
import numbers
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact
from fractions import Fraction
from html.entities import name2codepoint
from pathlib import Path
from typing import Any, Literal

import flint
import mpmath
import sympy

from symseries.errors import OptionError

_LONGEST_RATIONAL = 24
_FLOAT_DIGITS = 15
_PAGE_ROWS = 40


def number(value: object, digits: int = 6) -> str:
    """Return a real number as plain text for people.

    Integers and rationals of up to 24 characters are exact, all else has `digits` significant digits without trailing zeros.
    A trailing "…" marks an exact number that was cut, "–" a missing one; of a ball only certain digits are shown. Takes real
    numbers of Python, NumPy, SymPy, mpmath and python-flint, and None; raises `OptionError` for anything else.

    >>> number(sympy.Rational(1, 3)), number(0.1 + 0.2), number(1.23e-5), number(None)
    ('1/3', '0.3', '1.23e-05', '–')
    """
    context = _context(digits)
    if value is None:
        return "–"
    ratio = _ratio(value)
    short = ratio is not None and max(abs(ratio.numerator), ratio.denominator) < 10**_LONGEST_RATIONAL
    if short and len(str(ratio)) <= _LONGEST_RATIONAL:
        return str(ratio)
    text = _general(_decimal(value, context), digits)
    return text if ratio is None or not context.flags[Inexact] else text + "…"


def latex_number(value: object, digits: int = 6) -> str:
    r"""Return what `number` shows as LaTeX mathematics, without dollar signs; parameters and errors are the same.

    >>> print(latex_number(-1.23e-5), latex_number(sympy.Rational(1, 3)))
    -1.23 \times 10^{-5} \tfrac{1}{3}
    """
    return latex_digits(number(value, digits))


def uncertain(value: object, stderr: object) -> str:
    """Return `value ± stderr`, the standard error to two significant digits and the value to the same decimal place.

    The larger of the two decides the scale: outside [1e-4, 1e6) both share one power of ten. Without a standard error
    (None, zero or nan) the value stands alone. Raises `OptionError` for what is no real number and for `stderr < 0`.

    >>> uncertain(45.0512, 0.1234), uncertain(1.2341e-5, 5.6e-7), uncertain(2.5, None)
    ('45.05 ± 0.12', '(1.234 ± 0.056)e-05', '2.5')
    """
    if value is None or stderr is None:
        return number(value)
    center, error = (_decimal(item, _context()) for item in (value, stderr))
    if error.is_nan() or error.is_zero() or not center.is_finite():
        return number(value)
    if error < 0:
        raise OptionError(f"the standard error is {number(stderr)}; give a number that is not negative, or None")
    return f"{number(value)} ± inf" if error.is_infinite() else _rounded_pair(center, error)


def latex_uncertain(value: object, stderr: object) -> str:
    r"""Return what `uncertain` shows as LaTeX mathematics, without dollar signs; parameters and errors are the same.

    >>> print(latex_uncertain(1.2341e-5, 5.6e-7))
    (1.234 \pm 0.056) \times 10^{-5}
    """
    return latex_digits(uncertain(value, stderr))


def latex_digits(text: str) -> str:
    """Translate what `number` or `uncertain` wrote."""
    text = re.sub(r"(\d+)/(\d+)", r"\\tfrac{\1}{\2}", text)
    text = re.sub(r"e([-+]\d+)", lambda match: rf" \times 10^{{{int(match[1])}}}", text)
    for plain, latex in (("±", r"\pm"), ("…", r"\ldots"), ("inf", r"\infty"), ("nan", r"\mathrm{nan}"), ("–", r"\text{--}")):
        text = text.replace(plain, latex)
    return text


def _context(digits: int = 80) -> Context:
    if digits not in range(1, 10_001):
        raise OptionError(f"digits is {digits!r}; give a whole number from 1 to 10000")
    return Context(prec=int(digits), Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def _ratio(value: object) -> Fraction | None:
    if not isinstance(value, numbers.Rational | flint.fmpz | flint.fmpq):
        return None
    return Fraction(int(value.numerator), int(value.denominator))


def _decimal(value: object, context: Context) -> Decimal:
    """Return `value` rounded to the digits of `context`; what another library could not settle is nan."""
    if (ratio := _ratio(value)) is not None:
        return context.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    if isinstance(value, sympy.Expr) and value.is_number and value.is_extended_real is not False:
        return context.create_decimal(str(sympy.N(value, context.prec + 5)).replace("oo", "inf"))
    if isinstance(value, flint.arb):
        return context.create_decimal(value.str(context.prec, radius=False))
    if isinstance(value, mpmath.mpf):
        return context.create_decimal(mpmath.nstr(value, context.prec))
    if isinstance(value, Decimal | numbers.Real):
        return context.create_decimal(value if isinstance(value, Decimal) else float(value))
    shown = f"{plain_name(repr(value))[:80]} ({type(value).__name__})"
    raise OptionError(f"{shown} cannot be shown as a number; give a real number or None")


def _general(value: Decimal, digits: int) -> str:
    """Return the number in the form that `%g` gives, for any number of digits."""
    if not value.is_finite():
        return "nan" if value.is_nan() else "inf" if value > 0 else "-inf"
    exponent = 0 if value.is_zero() else value.adjusted()
    fixed = -4 <= exponent < digits
    text = format(value.copy_abs() if value.is_zero() else value if fixed else _context(digits).scaleb(value, -exponent), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if fixed else f"{text}e{exponent:+03d}"


def _rounded_pair(value: Decimal, error: Decimal) -> str:
    context = _context()
    place = _context(2).plus(error).adjusted() - 1
    # Beyond the digits of a float a common decimal place would print noise, so each number keeps its own form.
    if value and value.adjusted() - place > _FLOAT_DIGITS:
        return f"{number(value, _FLOAT_DIGITS)} ± {number(error, 2)}"
    value, error = (context.quantize(item, Decimal((0, (1,), place))) for item in (value, error))
    size = max(value.copy_abs(), error).adjusted()
    shift = 0 if -4 <= size < 6 else size
    joined = " ± ".join(format(context.scaleb(item, -shift), "f") for item in (value or value.copy_abs(), error))
    return f"({joined})e{shift:+03d}" if shift else joined


def _table(pairs: str) -> dict[str, str]:
    return dict(re.findall(r"(\S+) (\S+)", pairs))


_GREEK = {word: chr(point) for word, point in name2codepoint.items() if 0x391 <= point <= 0x3C9 and word != "sigmaf"}
# LaTeX has no command for a Greek letter that looks like a Latin one.
_LATIN = _table("Alpha A Beta B Epsilon E Zeta Z Eta H Iota I Kappa K Mu M Nu N Omicron O Rho P Tau T Chi X omicron o")
_GREEK_LATEX = {word: rf"\mathrm{{{_LATIN[word]}}}" if word in _LATIN else f"\\{word}" for word in _GREEK}
# A table row that begins with a bracket or a star would be read as an option of the line break above it.
_LATEX = {letter: f"\\{letter}" for letter in "%&#$_{}"} | _table(
    r"\ \textbackslash{} ~ \textasciitilde{} ^ \textasciicircum{} < \textless{} > \textgreater{} | \textbar{} "
    r'" \symbol{34} ` \symbol{96} [ {[} ] {]} * {*} – \textendash{} — \textemdash{} ‘ \textquoteleft{} ’ \textquoteright{} '
    r"“ \textquotedblleft{} ” \textquotedblright{} … \ldots{} ß \ss{} æ \ae{} Æ \AE{} ø \o{} Ø \O{} ł \l{} Ł \L{}"
)
_MATH = _table(
    r"± \pm × \times · \cdot ÷ \div − - ° ^{\circ} µ \mu ≤ \leq ≥ \geq ≠ \neq ≈ \approx → \to ∞ \infty √ \surd "
    r"∂ \partial ∇ \nabla ∫ \int ∑ \sum ∈ \in ℓ \ell ς \varsigma ¹ ^1 ² ^2 ³ ^3 ⁻ ^-"
) | {letter: _GREEK_LATEX[word] for word, letter in _GREEK.items()}
_ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327", "`'^~=u.\"rHvc", strict=True))


def escape_latex(text: str) -> str:
    r"""Return running text as LaTeX text that pdflatex sets as it stands, in ASCII.

    Accents, Greek and common symbols become commands, any other character its code point: "[U+6F22]", brackets in braces.

    >>> print(escape_latex("50 % of k_1 & σ"))
    50 \% of k\_1 \& \ensuremath{\sigma}
    """
    escaped = "".join(map(_latex_character, unicodedata.normalize("NFC", text)))
    # Doubled marks are ligatures in TeX: two hyphens would become a dash.
    return re.sub(r"([-',])(?=\1)", r"\1{}", escaped)


def _latex_character(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _LATEX or (letter.isascii() and letter.isprintable()):
        return _LATEX.get(letter, letter)
    if letter in _MATH:
        return rf"\ensuremath{{{_MATH[letter]}}}"
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if len(marks) == 1 and marks[0] in _ACCENTS and base.isascii() and base.isalpha():
        return f"\\{_ACCENTS[marks[0]]}{{{base}}}"
    return f"{{[}}U+{ord(letter):04X}{{]}}"


def escape_html(text: str) -> str:
    """Return running text for HTML, in content or in a quoted attribute; control characters become "�".

    >>> escape_html("a < b & 'c'")
    'a &lt; b &amp; &#x27;c&#x27;'
    """
    return html.escape(plain_name(text))


def plain_name(name: str) -> str:
    r"""Return text for the terminal: as it is, but line breaks and tabs become blanks and control characters "�".

    >>> plain_name("k\x1b[31m")
    'k�[31m'
    """
    letters = re.sub(r"[\t\n\r]", " ", name)
    return "".join("\ufffd" if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else letter for letter in letters)


_ATOM = rf"(?:[A-Za-z0-9]+|[{''.join(_GREEK.values())}][0-9]*)"
_NAME = re.compile(rf"(?![0-9]){_ATOM}(?:_{_ATOM})*")


def latex_name(name: str) -> str:
    r"""Return a name as LaTeX mathematics, without dollar signs.

    Greek words become letters, what follows the first underscore and trailing digits become subscripts, other words stand
    upright, and text that is not such a name becomes `\text{...}`. No name brings a command of its own into the answer.

    >>> print(latex_name("sigma_f_0"), latex_name("k_HP"), latex_name("k1"), latex_name("50 %"))
    \sigma_{f,0} k_{\mathrm{HP}} k_{1} \text{50 \%}
    """
    return _symbol(name, _latex_word, "_{{{}}}") or rf"\text{{{escape_latex(name)}}}"


def html_name(name: str) -> str:
    """Return a name as HTML: Greek words as letters, subscripts in `<sub>`, everything else escaped.

    >>> html_name("sigma_f_0"), html_name("a<b")
    ('σ<sub>f,0</sub>', 'a&lt;b')
    """
    return _symbol(name, lambda word: _GREEK.get(word, word), "<sub>{}</sub>") or escape_html(name)


def _symbol(name: str, show: Callable[[str], str], subscript: str) -> str:
    """Return a name with its subscripts, or nothing where the text is no such name; `lambda_` is how Python spells λ."""
    word = "lambda" if name == "lambda_" else name
    return _indexed(word.split("_"), show, subscript) if _NAME.fullmatch(word) else ""


def _indexed(parts: Sequence[str], show: Callable[[str], str], subscript: str) -> str:
    """Return the first part with the others, and its own trailing digits, as its subscript."""
    [(base, digits)] = re.findall(r"^([0-9]+|.+?)([0-9]*)$", parts[0])
    below = [digits] * bool(digits) + [_indexed([part], show, subscript) for part in parts[1:]]
    return show(base) + (subscript.format(",".join(below)) if below else "")


def _latex_word(word: str) -> str:
    return _GREEK_LATEX.get(word) or _MATH.get(word) or (word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}")


@dataclass(frozen=True)
class Cell:
    r"""One entry of a table in every form.

    `plain` is the text; `latex` (mathematics in dollar signs) and `html` are used as they are, None stands for the escaped
    `plain`; `align` is "left" for text, "right" for numbers; a data frame holds `value` where there is one.

    >>> Cell("R²", latex=r"$R^2$").latex
    '$R^2$'
    """

    plain: str
    latex: str | None = None
    html: str | None = None
    align: Literal["left", "right"] = "left"
    value: object = field(default=None, compare=False)


def text_cell(text: str) -> Cell:
    """Return a cell of running text, escaped in every form.

    >>> text_cell("a & b").plain
    'a & b'
    """
    return Cell(text)


def name_cell(name: str) -> Cell:
    r"""Return a cell that shows a name as a symbol.

    >>> name_cell("sigma_y").latex
    '$\\sigma_{y}$'
    """
    return Cell(name, f"${latex_name(name)}$", html_name(name))


def number_cell(value: object, digits: int = 6) -> Cell:
    """Return a right-aligned cell with a number as `number` shows it; parameters and errors are those of `number`.

    >>> number_cell(0.25).plain
    '0.25'
    """
    text = number(value, digits)
    return Cell(text, f"${latex_digits(text)}$", align="right", value=float("nan") if value is None else value)


def uncertain_cell(value: object, stderr: object) -> Cell:
    """Return a right-aligned cell with `value ± stderr`; parameters and errors are those of `uncertain`.

    >>> uncertain_cell(45.0512, 0.1234).plain
    '45.05 ± 0.12'
    """
    text = uncertain(value, stderr)
    return Cell(text, f"${latex_digits(text)}$", align="right")


def math_cell(plain: str, latex: str) -> Cell:
    """Return a cell with mathematics: `latex` as it is between dollar signs, `plain` everywhere else.

    >>> math_cell("x**2", "x^{2}").latex
    '$x^{2}$'
    """
    return Cell(plain, f"${latex}$")


@dataclass(frozen=True, repr=False)
class TextTable:
    """A table that prints itself as text, LaTeX, Markdown, HTML, CSV and data frame.

    `headers` holds one cell a column, each of `rows` as many (else `OptionError`); `caption` and `notes` are running text.

    >>> print(TextTable((text_cell("constant"), text_cell("value")), ((name_cell("k"), number_cell(45.1)),)))
    constant  value
    ───────────────
    k          45.1
    """

    headers: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.headers:
            raise OptionError("the table has no headers; give one cell a column")
        for index, row in enumerate(self.rows, 1):
            if len(row) != len(self.headers):
                fault = f"row {index} of the table has {len(row)} cells for {len(self.headers)} columns"
                raise OptionError(f"{fault}; give each row one cell a column")

    def to_text(self) -> str:
        """Return the table for a terminal: numbers aligned on the decimal point and the ±, cells never wrapped."""
        columns = []
        for right, header, *cells in zip(self._right(), self.headers, *self.rows, strict=True):
            body = [plain_name(cell.plain) for cell in cells]
            columns.append(_padded([plain_name(header.plain), *(_on_point(body) if right else body)], right))
        head, *rows = ("  ".join(line) for line in zip(*columns, strict=True))
        caption, *notes = map(plain_name, (self.caption, *self.notes))
        lines = [*[caption] * bool(caption), head, "─" * _width(head), *rows, *[""] * bool(notes), *notes]
        return "\n".join(line.rstrip() for line in lines)

    __str__ = __repr__ = to_text

    def to_latex(self, document: bool = False) -> str:
        """Return a booktabs table, a longtable beyond 40 rows; with `document`, a whole article that compiles as it is."""
        # Whoever includes the table alone loads amsmath, booktabs and longtable, as the article does.
        long = len(self.rows) > _PAGE_ROWS
        letters = "".join("r" if right else "l" for right in self._right())
        cells = [[escape_latex(cell.plain) if cell.latex is None else cell.latex for cell in row] for row in self._lines()]
        head, *rows = [" & ".join(row) + r" \\" for row in cells]
        top = [r"\toprule", head, r"\midrule"]
        caption = [rf"\caption{{{escape_latex(self.caption)}}}" + r" \\" * long] if self.caption else []
        notes = [rf"\par\smallskip{{\footnotesize {escape_latex(note)}\par}}" for note in self.notes]
        if long:
            repeated = [*caption, *top, r"\endfirsthead", *top, r"\endhead"]
            lines = [rf"\begin{{longtable}}{{{letters}}}", *repeated, *rows, r"\bottomrule", r"\end{longtable}", *notes]
        else:
            body = [rf"\begin{{tabular}}{{{letters}}}", *top, *rows, r"\bottomrule", r"\end{tabular}", *notes]
            lines = [r"\begin{table}[htbp]", r"\centering", *caption, *body, r"\end{table}"]
        if document:
            packages = [rf"\usepackage{{{name}}}" for name in ["amsmath", "booktabs"] + ["longtable"] * long]
            lines = [r"\documentclass{article}", *packages, r"\begin{document}", *lines, r"\end{document}"]
        return "\n".join([*lines, ""])

    def to_markdown(self) -> str:
        """Return the table in GitHub's Markdown, with every character that Markdown would read escaped."""
        rule = ["---:" if right else ":---" for right in self._right()]
        rows = [[_escape_markdown(cell.plain) for cell in row] for row in self._lines()]
        lines = [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
        caption = [f"**{_escape_markdown(self.caption)}**", ""] if self.caption else []
        return "\n".join([*caption, *lines, *(line for note in self.notes for line in ("", _escape_markdown(note)))]) + "\n"

    def to_html(self) -> str:
        """Return one HTML table element with caption, header scopes and the notes as its foot."""
        right = self._right()
        head, *rows = (_html_row(row, right, number == 0) for number, row in enumerate(self._lines()))
        notes = [f'<tr><td colspan="{len(right)}">{escape_html(note)}</td></tr>' for note in self.notes]
        caption = [f"<caption>{escape_html(self.caption)}</caption>"] if self.caption else []
        foot = ["<tfoot>", *notes, "</tfoot>"] if notes else []
        lines = ["<table>", *caption, "<thead>", head, "</thead>", "<tbody>", *rows, "</tbody>", *foot, "</table>"]
        return "\n".join([*lines, ""])

    _repr_html_ = to_html

    def to_csv(self) -> str:
        """Return the cells as RFC 4180 text; what a spreadsheet would run as a formula is prefixed by an apostrophe."""
        file = io.StringIO()
        csv.writer(file, lineterminator="\r\n").writerows([_inert(cell.plain) for cell in row] for row in self._lines())
        return file.getvalue()

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with numbers where cells carry them; `OptionError` where pandas is not installed."""
        try:
            import pandas as pd
        except ImportError as error:
            raise OptionError("a data frame needs pandas, which is missing; run: pip install symseries[pandas]") from error
        rows = [[cell.plain if cell.value is None else cell.value for cell in row] for row in self.rows]
        return pd.DataFrame(rows, columns=[cell.plain for cell in self.headers])

    def _lines(self) -> tuple[tuple[Cell, ...], ...]:
        return (self.headers, *self.rows)

    def _right(self) -> list[bool]:
        """Say which columns stand to the right: those with numbers only."""
        return [all(cell.align == "right" for cell in column) for column in zip(*(self.rows or (self.headers,)), strict=True)]


def _html_row(row: Sequence[Cell], right: Sequence[bool], is_head: bool) -> str:
    """Return the cells of a row, the first one as its header when it is text."""
    line = ""
    for place, (cell, side) in enumerate(zip(row, right, strict=True)):
        scope = "col" if is_head else "row" if place == 0 and not side else ""
        opening = f'th scope="{scope}"' if scope else "td"
        content = escape_html(cell.plain) if cell.html is None else cell.html
        line += f'<{opening} style="text-align: {"right" if side else "left"}">{content}</{opening[:2]}>'
    return f"<tr>{line}</tr>"


def _escape_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]|~#$])", r"\\\1", html.escape(plain_name(text), quote=False))


def _inert(text: str) -> str:
    """Return text that a spreadsheet shows instead of running it."""
    if re.fullmatch(r"[-+]?(inf|\d+(\.\d*)?(e[-+]?\d+)?(/\d+)?)…?( ± [-+.e\d]+| ± inf)?", text):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠")) else text


def _width(text: str) -> int:
    """Return the columns that a terminal gives to text: two for wide letters, none for combining marks."""
    double = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + double - sum(unicodedata.category(letter) in {"Mn", "Me"} for letter in text)


def _padded(texts: Sequence[str], right: bool) -> list[str]:
    width = max(map(_width, texts))
    blanks = [" " * (width - _width(text)) for text in texts]
    return [blank + text if right else text + blank for text, blank in zip(texts, blanks, strict=True)]


def _on_point(texts: Sequence[str]) -> list[str]:
    """Return numbers of one width with their decimal points, and their ±, beneath each other."""
    slots = []
    for text in texts:
        value, mark, error = text.partition(" ± ")
        halves = ((*re.split(r"(?<=\d)(?=[.e)…])", part, maxsplit=1), "")[:2] for part in (value, error))
        slots.append([*next(halves), mark, *next(halves)])
    columns = [_padded(column, right=place in (0, 3)) for place, column in enumerate(zip(*slots, strict=True))]
    return ["".join(parts) for parts in zip(*columns, strict=True)]


def write_text(path: str | Path, text: str | bytes) -> None:
    """Write text as UTF-8, or bytes, to a file, whole or not at all: to a temporary name in the folder, then renamed.

    A file that is replaced keeps its permissions. Raises `OptionError` for a path that cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder) / "table.md", "σ")
    ...     (Path(folder) / "table.md").read_text(encoding="utf-8")
    'σ'
    """
    from secrets import token_hex  # slow to import, and needed here alone

    file = Path(path)
    temporary = file.parent / f".{token_hex(8)}.tmp"
    try:
        # Line ends are the text's own, and a report is not lost for half a surrogate pair in a name.
        with temporary.open("xb") as stream:
            if file.exists():
                temporary.chmod(file.stat().st_mode)
            stream.write(text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace"))
        temporary.replace(file.resolve())
    except (OSError, ValueError) as error:
        fault = f"{plain_name(str(path))!r} cannot be written: {getattr(error, 'strerror', None) or error}"
        raise OptionError(f"{fault}; name a file in a folder that exists and is open to you") from error
    finally:
        if temporary.exists():
            temporary.unlink()
