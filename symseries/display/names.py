"""Names as symbols, and running text made harmless: no name can change the document it stands in."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from html.entities import name2codepoint


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
