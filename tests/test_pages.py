"""Pages: documents that need nothing else, and where a result comes from."""

from __future__ import annotations

import platform
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy

from symseries.pages import Section, definitions, html_page, latex_document, mathml, paragraph, versions


def test_a_document_compiles_with_tables_and_equations(tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    table = "\\begin{longtable}{lr}\n\\toprule\na & 1 \\\\\n\\bottomrule\n\\end{longtable}\n"
    text = latex_document(["\\begin{equation*}\ny = \\tfrac{1}{2}\n\\end{equation*}\n", table])
    (tmp_path / "page.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "page.pdf").stat().st_size > 1000


def test_parts_stand_in_their_order_and_the_text_ends_its_last_line() -> None:
    text = latex_document(["first\n", "second"])
    assert text.index("first") < text.index("second") < text.index(r"\end{document}")
    assert text.endswith("\\end{document}\n")


def test_versions_are_those_of_the_modules() -> None:
    found = versions()
    assert found["python"] == platform.python_version()
    assert (found["numpy"], found["sympy"], found["mpmath"]) == (np.__version__, sympy.__version__, mpmath.__version__)


class _Tags(HTMLParser):
    """The tags of a page, and what it refers to."""

    void = frozenset({"meta", "link", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.references += [value or "" for name, value in attributes if name in {"src", "href"}]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_is_well_formed_and_loads_nothing() -> None:
    nasty = '<script>alert(1)</script> & "x"'
    page = html_page(nasty, [nasty], [Section(nasty, (paragraph(nasty), definitions({nasty: nasty})))])
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert "script" not in tags.names
    assert tags.references == []
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp;") == 7


def test_warnings_stand_first_and_only_where_there_are_some() -> None:
    section = Section("One", (paragraph("text"),))
    assert html_page("T", ["mind this"], [section]).index("mind this") < html_page("T", ["mind this"], [section]).index(
        "<p>text"
    )
    assert "<aside" not in html_page("T", [], [section])


def test_an_expression_is_mathml() -> None:
    k, d = sympy.symbols("k d")
    text = mathml(k / sympy.sqrt(d), "<mi>y</mi>")
    assert text.startswith('<math display="block"><mrow><mi>y</mi><mo>=</mo>')
    assert {"<mi>k</mi>", "<mi>d</mi>"} <= {text[i : i + 10] for i in range(len(text))}
