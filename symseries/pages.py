"""Pages made of parts: a LaTeX article and an HTML page that need nothing else, and the provenance of a result."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy

from symseries.display import Cell, TextTable, escape_html, escape_latex

_PACKAGES = ("amsmath", "booktabs", "longtable")


def latex_document(parts: Iterable[str]) -> str:
    r"""Return an article of these parts, tables and equations, which compiles without anything else.

    >>> print(latex_document(["$x$"]).splitlines()[-2])
    $x$
    """
    packages = [r"\usepackage[margin=25mm]{geometry}", *(rf"\usepackage{{{name}}}" for name in _PACKAGES)]
    body = [part.rstrip("\n") for part in parts]
    return "\n".join([r"\documentclass{article}", *packages, r"\begin{document}", *body, r"\end{document}"]) + "\n"


def latex_array(table: TextTable) -> str:
    r"""Return a table as mathematics that notebooks typeset, which know arrays and no tables of running text.

    >>> from symseries.display import number_cell, text_cell
    >>> print(latex_array(TextTable((text_cell("n"), text_cell("a")), ((number_cell(0), number_cell(0.5)),))))
    $\begin{array}{rr}\text{n} & \text{a} \\ \hline 0 & 0.5\end{array}$
    """
    letters = "".join("r" if column[-1].align == "right" else "l" for column in zip(table.headers, *table.rows, strict=True))
    head, *rows = (" & ".join(map(_in_mathematics, row)) for row in (table.headers, *table.rows))
    body = r" \\ ".join(rows)
    return rf"$\begin{{array}}{{{letters}}}{head} \\ \hline {body}\end{{array}}$"


def _in_mathematics(cell: Cell) -> str:
    """Return the LaTeX of a cell without the dollar signs, running text as such."""
    inner = "" if cell.latex is None else cell.latex.removeprefix("$").removesuffix("$")
    return inner if cell.latex == f"${inner}$" else rf"\text{{{escape_latex(cell.plain)}}}"


def versions() -> dict[str, str]:
    """Return the versions of what a result was computed with.

    >>> sorted(versions())[:3]
    ['mpmath', 'numpy', 'python']
    """
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and needed here alone

    found = {"python": platform.python_version()}
    for name in ("symseries", "numpy", "scipy", "sympy", "mpmath", "python-flint"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a folder, not installed
            found[name] = "not installed"
    return found


@dataclass(frozen=True)
class Section:
    """A part of a page: its heading, and blocks of HTML that are trusted because they were escaped where they were made."""

    heading: str
    blocks: tuple[str, ...]


def html_page(title: str, warnings: Iterable[str], sections: Iterable[Section]) -> str:
    """Return one self-contained HTML page: warnings on top, then the sections; it loads nothing and runs no script.

    >>> html_page("A & B", ["mind"], [Section("One", ("<p>text</p>",))]).splitlines()[0]
    '<!DOCTYPE html>'
    """
    said = [f"<li>{escape_html(text)}</li>" for text in warnings]
    top = ['<aside aria-label="Warnings">', "<h2>Read this first</h2>", "<ul>", *said, "</ul>", "</aside>"] if said else []
    body = [
        line for part in sections for line in ("<section>", f"<h2>{escape_html(part.heading)}</h2>", *part.blocks, "</section>")
    ]
    head = ['<meta charset="utf-8">', '<meta name="viewport" content="width=device-width, initial-scale=1">']
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        *head,
        f"<title>{escape_html(title)}</title>",
        f"<style>{_STYLE}</style>",
    ]
    return "\n".join(
        [
            *lines,
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{escape_html(title)}</h1>",
            *top,
            *body,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def paragraph(text: str) -> str:
    """Return running text as a paragraph."""
    return f"<p>{escape_html(text)}</p>"


def scrolled(block: str) -> str:
    """Return a wide block that scrolls inside itself on a narrow screen."""
    return f'<div class="wide" tabindex="0" role="group" aria-label="table">{block}</div>'


def graphic(svg: str, caption: str) -> str:
    """Return a figure with its caption."""
    return f"<figure>{svg}<figcaption>{escape_html(caption)}</figcaption></figure>"


def mathml(expression: sympy.Expr, left: str = "") -> str:
    """Return an expression as a MathML block, `left` (MathML itself) and an equals sign before it."""
    inner = sympy.mathml(expression, printer="presentation")
    equals = f"{left}<mo>=</mo>" if left else ""
    return f'<math display="block"><mrow>{equals}{inner}</mrow></math>'


def mathml_name(name: str, function: str | None = None) -> str:
    """Return a name as MathML, for the left side of an equation; `function` "log" stands before it as ln.

    >>> mathml_name("p", "log")
    '<mi>ln</mi><mo>&#x2061;</mo><mi>p</mi>'
    """
    shown = sympy.mathml(sympy.Symbol(name), printer="presentation")
    return f"<mi>ln</mi><mo>&#x2061;</mo>{shown}" if function else str(shown)


def folded(summary: str, lines: Iterable[str]) -> str:
    """Return lines of running text that stand folded under their summary until a reader opens them."""
    items = "".join(f"<li>{escape_html(line)}</li>" for line in lines)
    return f"<details><summary>{escape_html(summary)}</summary><ul>{items}</ul></details>"


def definitions(pairs: Mapping[str, str]) -> str:
    """Return terms and their values as a list."""
    rows = "".join(f"<dt>{escape_html(term)}</dt><dd>{escape_html(text)}</dd>" for term, text in pairs.items())
    return f"<dl>{rows}</dl>"


_STYLE = (
    ":root{color-scheme:light}*{box-sizing:border-box}"
    "body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1f2937;background:#fff}"
    "main{max-width:70rem;margin:0 auto;padding:1rem}p,aside,dl{max-width:60rem}h1{font-size:1.6rem;line-height:1.2}"
    "h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #d1d5db;padding-bottom:.2rem}"
    "aside{border-left:4px solid #b45309;background:#fffbeb;padding:.2rem 1rem;margin:1rem 0}"
    "aside h2{border:0;margin:.6rem 0 0}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.86rem}"
    "caption{text-align:left;padding-bottom:.4rem;color:#4b5563}th,td{padding:.25rem .4rem;text-align:left;vertical-align:top}"
    'tbody [style$="right"]{white-space:nowrap}'
    "thead th{border-bottom:1.5px solid #1f2937}tbody tr+tr{border-top:1px solid #e5e7eb}th{font-weight:600}"
    ".wide{overflow-x:auto;margin:1rem 0}figure{margin:1rem 0}figure svg{width:100%;height:auto;max-width:44rem;display:block}"
    "figcaption{color:#4b5563;font-size:.92rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}"
    "dt{color:#4b5563}dd{margin:0;overflow-wrap:anywhere}math{margin:1rem 0;overflow-x:auto;max-width:100%}"
    "@media(max-width:30rem){dl{display:block}dd{margin-bottom:.5rem}}"
)
