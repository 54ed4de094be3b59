"""Names in LaTeX: letters and words, their accents, subscripts and superscripts in round brackets; and what each is called."""

from __future__ import annotations

import re

from symseries.parsing.latex import vocabulary as words
from symseries.parsing.latex.cursor import Cursor
from symseries.parsing.latex.nodes import Dots, Infinity, Label, Listing, Name, Node, Number, Over, Plus, Times
from symseries.parsing.latex.source import LatexSource
from symseries.parsing.latex.tokens import Token, tokens_of

STARTS = frozenset({"letter", "upright", "bold", "accent"})
_SIMPLE = (Name, Number, Plus, Times, Dots, Infinity)
_ACCENTS = {"overline": "bar", "widehat": "hat", "widetilde": "tilde"}


def key_of(name: Name) -> str | None:
    r"""Return how a name is spelled in plain text, or None where its subscript is computed or it has an upper index.

    `\sigma_{f,0}` is `sigma_f_0`, `k_1` is `k_1`, `d'_n` is `d_prime_n`; `a_{k+1}` and `a^{(2)}` have no plain spelling.
    """
    if name.above or any(label.text is None for label in name.below):
        return None
    parts = [name.base, *["prime"] * name.primes, *(label.text or "" for label in name.below)]
    return "_".join([parts[0].rstrip("_"), *parts[1:]]) if parts[1:] else name.base


def read_name(p: Cursor) -> Name:
    """Read a name with its accents, primes, subscripts and superscripts in round brackets."""
    token = p.next()
    name = Name(token.start, _base(p, token))
    return scripts(p, name)


def scripts(p: Cursor, name: Name) -> Name:
    """Read what stands right after a name and belongs to it: primes, subscripts, upper indices, a star."""
    while True:
        if p.at("'"):
            name = Name(name.start, name.base, name.below, name.above, name.primes + _primes(p))
        elif p.at("_") and not name.below:
            p.next()
            paired = name.base == "delta" and "delta" not in p.declared
            name = Name(name.start, name.base, _subscripts(p, paired), name.above, name.primes)
        elif p.at("_"):
            raise p.fault("a second subscript", None, "; write both in one, as in a_{i,j}")
        elif p.at("^") and (count := _raised_primes(p)):
            name = Name(name.start, name.base, name.below, name.above, name.primes + count)
        elif p.at("^") and _star(p):
            name = Name(name.start, f"{name.base}_star", name.below, name.above, name.primes)
        elif p.at("^") and not name.above and name.base != "e" and is_bracketed(p, p.place + 1):
            p.next()
            name = Name(name.start, name.base, name.below, _upper(p), name.primes)
        else:
            return name


def _base(p: Cursor, token: Token) -> str:
    """Return the plain spelling of a letter or word without its subscripts."""
    match token.kind:
        case "letter":
            return token.text
        case "upright":
            return _word(p, token)
        case "bold":
            return f"bold_{_inner(p, token)}"
    mark = token.text[1:]
    return f"{_ACCENTS.get(mark, mark)}_{_inner(p, token)}"


def _inner(p: Cursor, token: Token) -> str:
    """Return the letter or word under an accent or in bold."""
    inner = tokens_of(LatexSource(token.content.strip(), p.source.what))
    if len(inner) == 2 and inner[0].kind in STARTS:
        return _base(p, inner[0]) if inner[0].kind != "upright" else inner[0].content
    if re.fullmatch(r"[A-Za-z]\w*", token.content.strip(), re.ASCII):
        return token.content.strip()
    if len(inner) >= 2 and inner[0].kind == "bold" and token.kind == "accent":
        return _base(p, inner[0])
    raise p.fault(f"{token.text} over something that is no single letter", token.start, f"; write {token.text}{{x}}")


def _word(p: Cursor, token: Token) -> str:
    """Return the name that upright text is."""
    content = token.content.strip()
    raw = rf"\text{{{content}}}"
    if content == "mod" and content not in p.declared:
        raise p.fault("the word 'mod', which may be a remainder or a congruence,", token.start, r"; write \bmod")
    if token.text == r"\text" and content.lower() in words.CONDITION | words.BETWEEN | words.OTHERWISE:
        raise p.fault(f"the word {content!r} where a value is expected,", token.start, "; words stand between statements")
    if content in words.UNITS and "/" in content and raw not in p.declared:
        raise p.fault(f"the unit {content!r} without a number before it", token.start, rf"; write 1\,\text{{{content}}}")
    if re.fullmatch(r"[0-9]*[A-Za-z][A-Za-z0-9]*", content, re.ASCII) or raw in p.declared:
        return content if raw not in p.declared else raw
    greek = words.GREEK.get(content[1:]) if content.startswith("\\") else None
    if greek:
        return greek
    problem = f"text that is neither a name nor a word of the grammar, {content[:30]!r},"
    raise p.fault(problem, token.start, "; a name is letters and digits, and words stand between statements")


def _primes(p: Cursor) -> int:
    count = 0
    while p.skip("'"):
        count += 1
    return count


def _star(p: Cursor) -> bool:
    """Step over `^*` or `^{*}`, and tell whether there was one."""
    braces = p.ahead().text == "{" and p.ahead().kind == "mark"
    sign = p.ahead(2 if braces else 1)
    if sign.kind != "mark" or sign.text != "*" or (braces and p.ahead(3).text != "}"):
        return False
    for _ in range(4 if braces else 2):
        p.next()
    return True


def _raised_primes(p: Cursor) -> int:
    r"""Step over `^\prime` or `^{\prime\prime}` and return how many primes there are."""
    braces = p.ahead().text == "{" and p.ahead().kind == "mark"
    count = 0
    while p.ahead(count + braces + 1).text == "'" and (braces or not count):
        count += 1
    if not count or (braces and p.ahead(count + 2).text != "}"):
        return 0
    for _ in range(count + (3 if braces else 1)):
        p.next()
    return count


def is_bracketed(p: Cursor, brace: int) -> bool:
    """Tell whether the group at a place is one round bracket: `{(i)}`, `{(l+1)}`."""
    if p.tokens[brace].text != "{" or p.tokens[min(brace + 1, len(p.tokens) - 1)].text != "(":
        return False
    level = 0
    for place in range(brace + 1, len(p.tokens)):
        token = p.tokens[place]
        level += (token.text in {"(", "{"}) - (token.text in {")", "}"})
        if level == 0:
            return p.tokens[min(place + 1, len(p.tokens) - 1)].text == "}"
    return False


def _upper(p: Cursor) -> tuple[Node, ...]:
    """Read an upper index, `{(i)}`."""
    brace = p.next()
    with p.inside(brace):
        opening = p.next()
        with p.inside(opening):
            entries = entries_of(p)
    for entry in entries:
        if not isinstance(entry, _SIMPLE):
            raise p.fault("a superscript in round brackets that is no index", opening.start, "; write a power without them")
    return entries


def entries_of(p: Cursor) -> tuple[Node, ...]:
    """Read expressions with commas or semicolons between them."""
    entries = [entry(p)]
    while p.skip(",", ";"):
        entries.append(entry(p))
    return tuple(entries)


def entry(p: Cursor) -> Node:
    """Read one entry of a list: an expression, or dots."""
    if p.at(r"\dots", r"\ldots", r"\cdots", r"\dotsc") and p.ahead().text in {",", ";", ")", "}", "]"}:
        return Dots(p.next().start)
    return p.expression()


def _subscripts(p: Cursor, paired: bool) -> tuple[Label, ...]:
    """Read what stands after `_`; `paired` tells a letter of which a number beside a letter are two indices."""
    if p.token.kind in {"upright", "function"}:
        return (_word_below(p),)
    if not p.at("{"):
        node = p.group()
        return (_label_of(p, node),)
    opening = p.next()
    with p.inside(opening):
        labels = [_label(p, paired)]
        while p.skip(","):
            labels.append(_label(p))
    return tuple(labels)


def _label(p: Cursor, paired: bool = False) -> Label:
    """Read one entry of a subscript."""
    run = _run(p)
    if run and all(token.kind == "letter" for token in run):
        return _spelled(p, run)
    if len(run) == 1 and run[0].kind in {"upright", "function"}:
        return _word_below(p)
    if p.token.kind == "number" and p.token.text.isdigit() and p.ahead().text in {",", "}"}:
        token = p.next()
        leading = len(token.text) > 1 and token.text[0] == "0"
        return Label(token.text, None if leading else (Number(token.start, token.text),))
    node = entry(p)
    if paired and isinstance(node, Times) and list(map(type, node.factors)) == [Number, Name]:
        return Label(None, node.factors)
    return _label_of(p, node)


def _word_below(p: Cursor) -> Label:
    """Return an entry that is a word."""
    token = p.next()
    return Label(token.text if token.kind == "function" else _sanitized(p, token), None)


def _spelled(p: Cursor, run: list[Token]) -> Label:
    """Return an entry of letters only: a word of a name, or one index a letter."""
    for _ in run:
        p.next()
    indices = tuple(Name(token.start, token.text) for token in run)
    return Label("".join(token.text for token in run), indices)


def _run(p: Cursor) -> list[Token]:
    """Return the tokens up to the end of an entry, without stepping over them; none where it is no plain run."""
    run: list[Token] = []
    for token in p.tokens[p.place :]:
        if token.kind == "mark" and token.text in {",", "}"}:
            return run
        if token.kind not in {"letter", "upright", "function"}:
            return []
        run.append(token)
    return []


def _sanitized(p: Cursor, token: Token) -> str:
    r"""Return the words of a subscript as a part of a name: `\text{Hall-Petch}` is `Hall_Petch`."""
    text = re.sub(r"\W+", "_", token.content, flags=re.ASCII).strip("_")
    if not text:
        raise p.fault("a subscript without a letter", token.start)
    return text


def _label_of(p: Cursor, node: Node) -> Label:
    """Return the entry of a subscript that was read as an expression."""
    if isinstance(node, Number) and node.text.isdigit():
        return Label(node.text, (node,))
    if isinstance(node, Name):
        return Label(_nested(node), (node,))
    if isinstance(node, Times) and isinstance(node.factors[0], Number) and node.factors[0].text in {"0", "1"}:
        raise p.fault("a subscript with 0 or 1 before a letter, which may be two indices,", node.start, "; write a comma")
    if isinstance(node, Over):
        if node != Over(0, Number(0, "1"), Number(0, "2")):
            raise p.fault("a subscript that is a fraction", node.start, r"; write a word, as in t_{\mathrm{half}}")
        return Label("half", None)
    if isinstance(node, Listing):
        return Label(None, node.entries)
    return Label(None, (node,))


def _nested(name: Name) -> str | None:
    """Return the plain spelling of a name within a subscript, `b_{1}` as `b1`."""
    if name.primes or name.above or any(label.text is None for label in name.below):
        return None
    below = [label.text or "" for label in name.below]
    return name.base + "".join(below) if all(text.isdigit() for text in below) else None
